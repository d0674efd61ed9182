"""JSON lines: what can be sent of them, and the keys by which they can be sent again."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_cli.lines import read

FEW = st.fixed_dictionaries({"metric_name": st.sampled_from("abc"), "value": st.booleans()})


def _keys(documents: Sequence[Any], run: str = "") -> list[str]:
    lines = [f"{json.dumps(document)}\n".encode() for document in documents]
    return [str(line.feedback["idempotency_key"]) for line in read(lines, run) if line.feedback]


@given(before=st.lists(FEW), added=st.lists(FEW))
def test_the_same_lines_have_the_same_keys(before: list[Any], added: list[Any]) -> None:
    """Also after others were added; and no two lines have one key."""
    keys = _keys(before)

    assert _keys(before + added)[: len(before)] == keys
    assert {*_keys(added + before)} == {*_keys(before + added)}
    assert len({*keys}) == len(before)
    assert {*_keys(before, "again")} & {*keys} == set()


def test_the_spelling_of_a_line_does_not_matter() -> None:
    """White space, the order of names, escapes."""
    spellings = [
        b'{"value": "\xc3\xb6", "metric_name":"a"}\r\n',
        b' {"metric_name":"a","value":"\\u00f6"}',
    ]
    first, second = (line.feedback for spelling in spellings for line in read([spelling], ""))

    assert first == second


def test_a_line_keeps_the_key_that_it_has() -> None:
    """Null is none."""
    assert _keys([{"idempotency_key": "mine"}]) == ["mine"]
    [made] = _keys([{"idempotency_key": None}])
    assert made.startswith("give-")
    assert len(made) == 69


@pytest.mark.parametrize(
    "line",
    [b"{", b"5", b"[]", b"null", b'{"value": NaN}', b'{"value": "\xff"}', b"[" * 100_000],
    ids=lambda line: line[:20].decode(errors="replace"),
)
def test_what_is_no_object_cannot_be_sent(line: bytes) -> None:
    """It has its number all the same."""
    [read_] = read([line], "")

    assert (read_.number, read_.end, read_.feedback) == (1, len(line), None)


def test_empty_lines_are_counted_and_left_out() -> None:
    """So that a number is the one that an editor shows."""
    found = [*read([b"{}\n", b"\n", b"  \n", b"{}"], "")]

    assert [(line.number, line.end) for line in found] == [(1, 3), (4, 9)]
