"""Durations: a number and a unit."""

from datetime import timedelta

import pytest

from feedback_cli.duration import parse


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("1s", timedelta(seconds=1)),
        ("15m", timedelta(minutes=15)),
        ("12h", timedelta(hours=12)),
        ("90d", timedelta(days=90)),
        ("2w", timedelta(weeks=2)),
        ("99999w", timedelta(weeks=99_999)),
    ],
)
def test_a_duration_is_read(text: str, duration: timedelta) -> None:
    """Seconds, minutes, hours, days, weeks."""
    assert parse(text) == duration


@pytest.mark.parametrize(
    "text",
    ["", "0d", "00d", "-1d", "1", "d", "1.5h", "1y", "1D", " 1d", "1d ", "1d\n", "٣d", "123456d"],
)
def test_anything_else_is_none(text: str) -> None:
    """A key that has expired when it is made is none either."""
    with pytest.raises(ValueError, match="is no duration: write a number and s, m, h, d or w"):
        parse(text)
