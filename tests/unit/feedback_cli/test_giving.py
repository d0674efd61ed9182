"""Lines are given in batches: each is counted, and where nothing works it is not gone on."""

import json
from collections.abc import Iterable, Iterator
from itertools import repeat

import httpx
import pytest

from feedback_cli import giving, progress, refusals
from feedback_cli.giving import Report
from feedback_cli.lines import read
from tensorzero_feedback import FeedbackClient, Refused, Unconfirmed
from tests.unit.clients.api import URL, Api, Strike, Time


def _lines(*values: object) -> list[bytes]:
    return [
        f"{json.dumps({'metric_name': 'm', 'value': value})}\n".encode()
        if value != "broken"
        else b"{\n"
        for value in values
    ]


def _give(lines: Iterable[bytes], api: Api) -> tuple[Report, list[int]]:
    """Give lines; return the last report, and which lines were noted."""
    time, noted = Time(), list[int]()
    transport = httpx.MockTransport(api.answer)
    with FeedbackClient(
        URL, retries=time.retries(), transport=transport, sleep=time.sleep
    ) as client:
        sent = read(lines, "")
        *_, last = giving.give(client, sent, lambda line, _outcome: noted.append(line.number))
    return last, noted


def test_each_line_is_accepted_or_reported() -> None:
    """A refused one does not affect the others, nor does one that is not JSON."""
    values = [1, "nope", "broken", 2, 1] * 50
    api = Api()

    given, noted = _give(_lines(*values), api)

    assert [number for number, _ in given.refused] == [
        number for number, value in enumerate(values, 1) if value in {"nope", "broken"}
    ]
    assert {error.code for _, error in given.refused} == {"unknown_metric", "malformed_line"}
    assert (given.accepted, len(api.stored), given.stopped) == (150, 150, False)
    assert noted == [*range(1, 251)]
    assert given.summary() == "150 accepted, 100 not accepted."
    assert len(api.requests) == 3


def test_the_same_lines_are_stored_once() -> None:
    """However often they are given."""
    api = Api()
    _give(_lines(1, 1, 2), api)
    given, _ = _give(_lines(1, 1, 2, 2), api)

    assert (given.accepted, len(api.stored)) == (4, 4)


@pytest.mark.parametrize(
    ("strike", "code", "summary"),
    [
        (Strike.UNREACHABLE, "no_answer", "100 not accepted."),
        (Strike.FORBIDDEN, "http_403", "100 not accepted."),
        (Strike.LOST, "no_answer", "100 not confirmed."),
    ],
)
def test_where_nothing_works_it_stops(strike: Strike, code: str, summary: str) -> None:
    """After a batch of which nothing is accepted, for a reason that the next would meet too."""
    given, noted = _give(_lines(*[1] * 250), Api(repeat(strike)))

    assert (given.stopped, given.last, len(noted)) == (True, 100, 100)
    assert {error.code for _, error in given.refused} == {code}
    assert given.summary() == summary


def test_after_the_last_line_there_is_nothing_to_stop() -> None:
    """All were sent, though none is accepted."""
    given, _ = _give(_lines(1), Api(repeat(Strike.FORBIDDEN)))

    assert (given.stopped, given.accepted, len(given.refused)) == (False, 0, 1)


def test_ctrl_c_stops_it_with_a_report() -> None:
    """Of the batches before."""

    def interrupted() -> Iterator[bytes]:
        yield from _lines(*[1] * 150)
        raise KeyboardInterrupt

    given, _ = _give(interrupted(), Api())

    assert (given.stopped, given.last, given.accepted) == (True, 100, 100)


def test_nothing_to_give_is_said() -> None:
    """An empty input is no mistake."""
    given, _ = _give([b"\n"], Api())

    assert given.summary() == "There was nothing to give."


def test_the_bar_shows_how_far_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal only; standard error is none here."""
    with progress.bar() as move:
        move(10, None, "1 accepted")

    assert capsys.readouterr().err == ""


def test_the_list_says_what_may_be_stored_and_steers_no_terminal() -> None:
    """What the API says may hold what the line said."""
    refused = [
        (1, Refused("no \x1b[31m", status=400, code="invalid_field")),
        (2, Unconfirmed("lost", status=None, code="no_answer")),
    ]

    columns = [[*column.cells] for column in refusals.table(refused).columns]

    assert columns == [
        ["1", "2"],
        ["400", ""],
        ["invalid_field", "no_answer"],
        ["no \N{REPLACEMENT CHARACTER}[31m", "It may be stored. lost"],
    ]
