"""Outages are waited out while Lambda has time; what is left then is its next attempt's."""

from collections.abc import Callable
from typing import Any

import pytest

from shared import deadline
from shared.deadline import RESERVE
from shared.direct.failure import Unreachable
from shared.dynamodb import SHORTEST_CALL
from shared.retry import LONGEST_PAUSE
from shared.telemetry import UNAVAILABLE
from tests.support.memory import broken
from tests.support.streams import to_record
from tests.unit.aggregator.stage import TIMEOUT, Stage
from tests.unit.conftest import Output

OUTAGES = pytest.mark.parametrize("fail", [Unreachable, broken])


def _stage() -> Stage:
    stage = Stage(1)
    stage.history.go_on(10)
    return stage


@OUTAGES
@pytest.mark.parametrize("calls", [1, 8])
def test_a_short_outage_is_waited_out(
    output: Output, fail: Callable[[], BaseException], calls: int
) -> None:
    """Whenever it begins: nobody is told, and nothing is left to Lambda."""
    whole = _stage()
    whole.handle(whole.streams.records)
    for first in range(1, whole.client.calls + 1):
        stage = _stage()

        def strike(number: int, _parameters: dict[str, Any], first: int = first) -> None:
            if first <= number < first + calls:
                raise fail()

        stage.client.before = strike
        assert stage.handle(stage.streams.records) == {"batchItemFailures": []}
        stage.check()
        assert len(stage.time.slept) == calls
    assert output() == ([], [])


@OUTAGES
def test_a_long_outage_ends_an_invocation_in_time(
    output: Output, fail: Callable[[], BaseException]
) -> None:
    """Every record is brought again, also one before them all that is none.

    It is counted as one, of the version: no caller was refused.
    """
    stage = _stage()
    records = [to_record("boolean", {"NewImage": {}}, 1_000), *stage.streams.records]

    def strike(*_: object) -> None:
        raise fail()

    stage.client.before = strike
    answer = stage.handle(records)

    assert answer is not None
    named = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
    assert named >= {one["dynamodb"]["SequenceNumber"] for one in records if _is_followed(one)}
    pauses = stage.time.slept
    assert TIMEOUT - SHORTEST_CALL - LONGEST_PAUSE <= sum(pauses) <= TIMEOUT - SHORTEST_CALL
    assert stage.client.calls == len(pauses) + 1 < 2 * TIMEOUT / LONGEST_PAUSE + 10
    [counted], [line] = output()
    assert counted[UNAVAILABLE] == [1]
    assert counted["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["function", "version"]]
    assert (line["message"], line["times"]) == ("not stored", 1)


def _is_followed(record: dict[str, Any]) -> bool:
    """Whether it says something: an episode's says nothing."""
    return bool(record["dynamodb"]["NewImage"].get("target_type") != {"S": "episode"})


def test_no_call_outlasts_the_invocation() -> None:
    """Each is bound by its end, less what the answer takes."""
    stage, left = _stage(), list[float]()
    stage.client.before = lambda *_: left.append(deadline.current().left())

    stage.handle(stage.streams.records)

    assert left
    assert all(0 < one <= TIMEOUT - RESERVE for one in left)
