"""What is shown of a target: its newest rows, and those that come later."""

from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import httpx
import pytest
from rich.console import Console

from feedback_cli import showing
from tensorzero_feedback import FeedbackClient, StoredFeedback
from tests.unit.clients.api import TARGET, URL, Time

START = 1_790_000_000_000


def _row(seconds: float, **more: Any) -> dict[str, Any]:
    """Make a comment of a moment: so many seconds after a first one."""
    milliseconds = START + round(seconds * 1_000)
    digits = f"{milliseconds:012x}"
    return {
        "type": "comment",
        "id": f"{digits[:8]}-{digits[8:]}-7000-8000-000000000000",
        "target_id": TARGET,
        "target_type": "inference",
        "value": str(seconds),
        "tags": {},
        "timestamp": datetime.fromtimestamp(milliseconds / 1_000, UTC).isoformat(),
        **more,
    }


class Rows:
    """The API's rows of a target, and a client of it."""

    def __init__(self, *seconds: float) -> None:
        """Store rows of these moments."""
        self.rows = [_row(one) for one in seconds]
        self.down = False
        time = Time()
        self.client = FeedbackClient(
            URL,
            retries=time.retries(),
            transport=httpx.MockTransport(self._answer),
            sleep=time.sleep,
        )

    def store(self, *seconds: float) -> None:
        """Store more."""
        self.rows += [_row(one) for one in seconds]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            return httpx.Response(503, json={})
        query = request.url.params
        found = sorted(self.rows, key=lambda row: row["id"], reverse=True)
        found = [row for row in found if row["id"] < query.get("before", "g")]
        found = [row for row in found if row["id"] > query.get("after", "")]
        limit = int(query["limit"])
        page = found[-limit:] if "after" in query else found[:limit]
        return httpx.Response(200, json={"feedback": page})


@pytest.mark.parametrize(("limit", "more"), [(1, True), (249, True), (250, False), (300, False)])
def test_the_newest_rows_come_first(limit: int, more: bool) -> None:
    """And whether there are older ones is known."""
    api = Rows(*range(250))

    rows, older = showing.newest(api.client, TARGET, limit)

    assert [row.value for row in rows] == [str(one) for one in reversed(range(250))][:limit]
    assert older is more


def _follow(api: Rows, limit: int, *steps: Callable[[], None]) -> list[list[str]]:
    """Return what was found, and what was missed; a step is what happens between two looks."""
    rows, _ = showing.newest(api.client, TARGET, limit)
    waiting = iter(steps)
    found: list[list[str]] = []

    def pause() -> None:
        api.down = False
        step = next(waiting, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    follower = showing.Follower(
        api.client,
        TARGET,
        pause,
        lambda new: found.append([str(row.value) for row in new]),
        lambda error: found.append([error.code]),
    )
    with pytest.raises(KeyboardInterrupt):
        follower.follow(rows)
    return found


def test_what_comes_later_is_shown_once_and_the_oldest_first() -> None:
    """Also what was stored late: its id is older than others that were there before."""
    api = Rows(0, 100)

    def outage() -> None:
        api.down = True
        api.store(348.5, 351)

    shown = _follow(
        api,
        100,
        lambda: None,
        lambda: api.store(103, 101),
        lambda: api.store(*range(200, 350)),
        lambda: api.store(199, 349.5),
        outage,
        lambda: None,
    )

    assert shown == [
        ["101", "103"],
        [str(one) for one in range(200, 350)],
        ["349.5"],
        ["http_503"],
        ["348.5", "351"],
    ]


def test_of_a_target_without_feedback_the_first_is_shown() -> None:
    """However old its id is."""
    api = Rows()

    shown = _follow(api, 100, lambda: api.store(-5_000), lambda: api.store(0))

    assert shown == [["-5000"], ["0"]]


def test_what_was_too_old_to_be_shown_does_not_come_later() -> None:
    """It was there before."""
    api = Rows(1, 2, 3)

    assert _follow(api, 1, lambda: api.store(4)) == [["4"]]


def _drawn(*rows: dict[str, Any]) -> list[str]:
    out = StringIO()
    console = Console(file=out, width=200, markup=False, highlight=False)
    console.print(showing.table([StoredFeedback.parse(row) for row in rows]))
    return out.getvalue().splitlines()


def test_a_row_says_who_gave_it() -> None:
    """The author of a token, or else the key; other reserved tags are not shown."""
    key = {"tensorzero::api_key_public_id": "OVKWMLyrbD9x", "channel": "mail"}
    author = {"tensorzero::token_author": "ada", "tensorzero::token_key_id": "tokenKey0001"}

    heading, *lines = _drawn(_row(0, tags=key), _row(1, tags=author, type="float", value=0.5))

    assert heading.split() == ["Time", "Metric", "Value", "Tags", "Given", "by", "ID"]
    assert "OVKWMLyrbD9x" in lines[0]
    assert "channel=mail" in lines[0]
    assert " ada " in lines[1]
    assert " 0.5 " in lines[1]
    assert "tensorzero::" not in "".join(lines)


def test_a_value_is_one_line_that_steers_no_terminal() -> None:
    """And its beginning only, if it is long."""
    [_, line] = _drawn(_row(0, value="Zoë\x1b[31m\nred"))
    assert " Zoë\N{REPLACEMENT CHARACTER}[31m red " in line

    lines = _drawn(_row(0, value="x" * 201))
    assert "".join(lines).count("x") == 200
    assert "…" in "".join(lines)
