"""Whatever fails, and wherever the aggregator is killed, the aggregates are right in the end."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from shared.direct.failure import Failure, Unreachable, failure
from tests.support.memory import broken, cancelled
from tests.unit.aggregates.strategies import uuid
from tests.unit.aggregator.history import START
from tests.unit.aggregator.stage import TIMEOUT, Hook, Killed, Stage

SEEDS = range(2)


Strike: TypeAlias = Callable[[Stage, dict[str, Any]], None]
"""Fails a call that has these parameters, or lets it be."""


def _raise(error: type[BaseException] | Callable[[], BaseException]) -> Strike:
    def strike(_stage: Stage, _parameters: dict[str, Any]) -> None:
        raise error()

    return strike


def _throttled() -> BaseException:
    error = {"Code": "ThrottlingException", "Message": "too fast"}
    return failure({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}})


def _too_late(stage: Stage, _parameters: dict[str, Any]) -> None:
    stage.time.sleep(TIMEOUT)
    raise Unreachable


def _conflict(_stage: Stage, parameters: dict[str, Any]) -> None:
    if "TransactItems" in parameters:
        others = len(parameters["TransactItems"]) - 1
        raise cancelled(["TransactionConflict", *["None"] * others])


BEFORE = {
    "killed": _raise(Killed),
    "unreachable": _raise(Unreachable),
    "unreachable to the end": _too_late,
    "broken": _raise(broken),
    "throttled": _raise(_throttled),
    "in conflict": _conflict,
}
AFTER = {
    "killed": _raise(Killed),
    "the answer is lost": _raise(Unreachable),
    "the answer is lost and no time is left": _too_late,
}
STRIKES = [("before", name) for name in BEFORE] + [("after", name) for name in AFTER]


def _run(seed: int, when: str, strike: Strike, hits: Callable[[int], bool]) -> int:
    """Go through a history under a fault; return how many calls were made."""
    stage = Stage(seed)

    def meet(number: int, parameters: dict[str, Any]) -> None:
        if hits(number):
            strike(stage, parameters)

    setattr(stage.client, when, meet)
    stage.history.go_on(14)
    stage.follow()
    stage.history.publish_all()
    stage.follow()
    assert stage.driver.queue == []
    stage.check()
    return stage.client.calls


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("when", "name"), STRIKES, ids=map(" ".join, STRIKES))
def test_a_fault_at_any_one_call_leaves_no_trace(seed: int, when: str, name: str) -> None:
    """Before it, or when it was made."""
    strike = (BEFORE if when == "before" else AFTER)[name]
    calls = _run(seed, when, strike, lambda _: False)

    for call in range(1, calls + 1):
        _run(seed, when, strike, lambda number, call=call: number == call)  # type: ignore[misc]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(15))
def test_faults_all_along_leave_no_trace(seed: int) -> None:
    """One call in twenty fails, each in its way."""
    stage = Stage(seed)
    stage.driver.most = 5
    strikes = [("before", strike) for strike in BEFORE.values()]
    strikes += [("after", strike) for strike in AFTER.values()]

    def meet(now: str) -> Hook:
        def strike_perhaps(_number: int, parameters: dict[str, Any]) -> None:
            when, strike = stage.chance.choice(strikes)
            if when == now and stage.chance.random() < 1 / 20:
                strike(stage, parameters)

        return strike_perhaps

    stage.client.before, stage.client.after = meet("before"), meet("after")
    for _ in range(3):
        stage.history.go_on(14)
        stage.follow()
    stage.client.before = stage.client.after = lambda _number, _parameters: None
    # What lies in the queue after so many failures is sent again by a person.
    stage.driver.bring(stage.driver.queue)
    stage.check()


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", SEEDS)
def test_another_environment_may_do_all_of_it_between_any_two_calls(seed: int) -> None:
    """It has the same records, and more that come meanwhile."""

    def run(call: int) -> int:
        stage = Stage(seed)
        stage.history.go_on(14)
        records = [*stage.streams.records]

        def rival(number: int, _parameters: dict[str, Any]) -> None:
            if number == call:
                stage.history.publish_all()
                stage.history.go_on(5)
                stage.driver.bring([*stage.streams.records])

        stage.client.before = rival
        stage.driver.bring(records)
        stage.follow()
        stage.check()
        return stage.client.calls

    for call in range(1, run(0) + 1):
        run(call)


def test_a_vote_that_comes_while_a_second_variant_is_listed_is_not_counted() -> None:
    """Between any two calls, another environment counts it, and has not the inference's record."""
    episode = uuid(START, 1)

    def run(call: int) -> int:
        stage = Stage(1)
        stage.record(uuid(START, 10), episode, variant="a")
        stage.follow()
        stage.record(uuid(START, 11), episode, variant="b")
        second, stage.streams.records = stage.streams.records, []
        before = stage.client.calls

        def rival(number: int, _parameters: dict[str, Any]) -> None:
            if number == before + call:
                stage.vote(episode, {"BOOL": True}, 20)
                records, stage.streams.records = stage.streams.records, []
                assert stage.handle(records) == {"batchItemFailures": []}

        stage.client.before = rival
        assert stage.handle(second) == {"batchItemFailures": []}
        stage.follow()
        stage.check()
        return stage.client.calls - before

    for call in range(1, run(0) + 1):
        run(call)


def test_feedback_that_is_taken_away_while_it_is_being_counted_is_not_counted() -> None:
    """Another environment has the record that it is gone, and finds nothing remembered of it."""
    stage = Stage(1)
    history = stage.history
    history.orderly = True
    history.record()
    history.publish_all()
    stage.follow()
    history.vote()
    records, stage.streams.records = stage.streams.records, []
    [(kind, row)] = history.rows

    def take_away(_number: int, parameters: dict[str, Any]) -> None:
        if "TransactItems" in parameters and stage.tables.tables[kind]:
            key = {name: row[name] for name in ("target_id", "id")}
            stage.tables.delete(kind, key)
            stage.follow()

    stage.client.before = take_away
    stage.driver.bring(records)

    assert stage.tables.tables[kind] == {}
    stage.check()


def test_a_failure_that_is_no_item_s_is_lambda_s_to_repeat() -> None:
    """A right that lacks, for one."""
    stage = Stage(1)
    stage.history.go_on(10)

    def refuse(_number: int, parameters: dict[str, Any]) -> None:
        if "TransactItems" in parameters:
            error = {"Code": "AccessDeniedException", "Message": "not yours"}
            raise failure({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}})

    stage.client.before = refuse
    with pytest.raises(Failure, match="AccessDenied"):
        stage.handle(stage.streams.records)


def test_an_inference_that_may_not_be_listed_is_lambda_s_to_repeat_too() -> None:
    """Nothing is wrong with it."""
    stage = Stage(1)
    stage.history.record()
    stage.history.publish_all()

    def refuse(_number: int, parameters: dict[str, Any]) -> None:
        if "PutRequest" in str(parameters):
            error = {"Code": "AccessDeniedException", "Message": "not yours"}
            raise failure({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}})

    stage.client.before = refuse
    with pytest.raises(Failure, match="AccessDenied"):
        stage.handle(stage.streams.records)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("late", [False, True])
def test_feedback_that_goes_from_another_unit_than_is_written_is_not_counted(*, late: bool) -> None:
    """A target has older units; the record that it is gone comes with a vote for the other unit."""
    stage = Stage(1)
    history = stage.history
    history.orderly, history.metrics = True, (("flag", "boolean"),)
    history.record()
    history.publish_all()
    target = history.inferences[0]["target_id"]
    for _ in range(8):
        history.now += 1_000
        history.put("boolean", target, "flag", {"BOOL": True})
    stage.follow()
    row = history.put("boolean", target, "flag", {"BOOL": True}, -5_500 if late else 1_000)
    records, stage.streams.records = stage.streams.records, []

    def take_away(_number: int, parameters: dict[str, Any]) -> None:
        key = {name: row[name] for name in ("target_id", "id")}
        if "TransactItems" in parameters and (key["target_id"]["S"], key["id"]["S"]) in rows:
            stage.tables.delete("boolean", key)
            history.put("boolean", target, "flag", {"BOOL": False}, 2_000 if late else -5_500)
            gone, stage.streams.records = stage.streams.records, []
            stage.handle(gone)

    rows = stage.tables.tables["boolean"]
    stage.client.before = take_away
    assert stage.handle(records) == {"batchItemFailures": []}

    stage.check()
