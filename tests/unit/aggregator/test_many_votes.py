"""An episode with thousands of votes gets another inference: all of them are moved, in any case."""

import copy
from dataclasses import dataclass
from typing import Any

import pytest

from aggregates import layout, memory
from aggregates.counters import Counts
from aggregates.units import counts
from aggregator import packing
from aggregator.records import StreamRecord
from tests.unit.aggregates.strategies import uuid
from tests.unit.aggregator.history import HOUR, START
from tests.unit.aggregator.stage import Killed, Stage

EPISODE = uuid(START, 1)
VOTES, HOURS = 3_000, 250


def _record(stage: Stage, number: int, variant: str) -> None:
    stage.history.publish(
        {
            "target_id": {"S": uuid(START, number)},
            "target_type": {"S": "inference"},
            "episode_id": {"S": EPISODE},
            "function_name": {"S": "f"},
            "variant_name": {"S": variant},
        }
    )


def _vote(stage: Stage, now: int, *, value: bool = True) -> None:
    stage.history.now = now
    stage.history.put("boolean", {"S": EPISODE}, "m", {"BOOL": value})


@pytest.fixture(scope="module")
def counted() -> Stage:
    """Count the votes, for the variant of the only inference."""
    stage = Stage(1)
    stage.tables.page = 1_000
    for vote in range(VOTES):
        _vote(stage, START + vote * HOURS * HOUR // VOTES, value=vote % 3 > 0)
    _record(stage, 10, "a")
    stage.streams.records = stage.streams.records[-1:]
    stage.follow()
    stage.check()
    return stage


@pytest.fixture
def stage(counted: Stage) -> Stage:
    """Begin with counted votes."""
    stage = Stage(1)
    stage.tables.tables = copy.deepcopy(counted.tables.tables)
    stage.tables._sorts = copy.deepcopy(counted.tables._sorts)  # noqa: SLF001 - a copy of it
    stage.tables.page = counted.tables.page
    return stage


def _another(stage: Stage, variant: str) -> list[StreamRecord]:
    """Record another inference; return what the stream says of it."""
    _record(stage, 11, variant)
    records, stage.streams.records = stage.streams.records, []
    return records


def _is_transaction(parameters: dict[str, Any]) -> bool:
    return "TransactItems" in parameters


def _agrees(stage: Stage) -> bool:
    """Whether the counters are what is remembered, whatever that is."""
    remembered, counters = Counts(), {}
    for (key, sort), item in stage.tables.tables["aggregate"].items():
        if "/votes/" in key:
            unit, pending = memory.read(item)
            remembered.include(counts("m", unit))
            remembered.include(pending, -1)
        if "/counts/" in key:
            amounts = {name: int(value["N"]) for name, value in item.items() if "N" in value}
            counters[key, sort] = {name: amount for name, amount in amounts.items() if amount}
    expected = {
        layout.place(layout.counter_key(1, one.series, 0, one.period, one.variant)): amounts
        for one, amounts in remembered.items()
    }
    return all(counters.get(key, {}) == expected.get(key, {}) for key in counters | expected)


@pytest.mark.parametrize(("when", "last"), [("before", 2), ("after", 1)])
def test_killed_between_any_two_transactions_it_goes_on_where_it_was(
    stage: Stage, when: str, last: int
) -> None:
    """Each environment makes one. What is counted is what is remembered, at any time."""
    records, begun = _another(stage, "b"), 0

    def die(_number: int, parameters: dict[str, Any]) -> None:
        nonlocal begun
        begun += _is_transaction(parameters)
        if begun == last:
            raise Killed

    setattr(stage.client, when, die)
    deaths = 0
    while stage.handle(records) is None:
        assert _agrees(stage)
        deaths, begun = deaths + 1, 0

    assert 4 <= deaths <= 20
    assert _agrees(stage)
    stage.check()


@dataclass
class _Short:
    """A context of an invocation that has time for a few transactions."""

    transactions: int = 2
    aws_request_id: str = "8a5d9a26-0000-4000-8000-000000000000"

    def note(self, _number: int, parameters: dict[str, Any]) -> None:
        """Take notice of a call."""
        self.transactions -= _is_transaction(parameters)

    def get_remaining_time_in_millis(self) -> int:
        """Say that it is over once they are made."""
        return 28_000 if self.transactions > 0 else 0


def test_what_does_not_fit_into_one_invocation_is_ended_by_the_next_ones(stage: Stage) -> None:
    """Each leaves what it has moved; Lambda brings the records eleven times."""
    records, attempts = _another(stage, "b"), 0
    answer: dict[str, Any] = {"batchItemFailures": [{}]}
    while answer["batchItemFailures"]:
        context = _Short()
        stage.client.after = context.note
        answer = stage.handler({"Records": records}, context)
        attempts += 1

    assert 2 <= attempts <= 11
    stage.check()


def test_votes_that_keep_coming_do_not_keep_it_from_ending(stage: Stage) -> None:
    """Another environment counts one before each transaction; the head is overtaken."""
    records, votes = _another(stage, "b"), 0
    now = START + HOURS * HOUR

    def vote(_number: int, parameters: dict[str, Any]) -> None:
        nonlocal votes
        if _is_transaction(parameters):
            votes += 1
            stage.client.before = lambda _number, _parameters: None
            _vote(stage, now + votes * 1_000)
            stage.follow()
            stage.client.before = vote

    stage.client.before = vote
    assert stage.handle(records) == {"batchItemFailures": []}

    assert votes <= 20
    stage.check()


def test_an_inference_of_the_same_variant_moves_the_head_alone(stage: Stage) -> None:
    """Older feedback counts as it did."""
    records = _another(stage, "a")
    stage.tables.calls.clear()

    assert stage.handle(records) == {"batchItemFailures": []}

    assert stage.tables.calls.count("TransactWriteItems") == 1
    stage.check()


def test_what_is_too_much_for_the_counters_at_once_makes_nothing_be_read_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each unit has pending what they are given next."""
    monkeypatch.setattr(packing, "MAX_AMOUNTS", 20)
    records = _another(stage, "b")
    stage.tables.calls.clear()

    assert stage.handle(records) == {"batchItemFailures": []}

    assert stage.tables.calls.count("TransactWriteItems") > VOTES // 16
    assert stage.tables.calls.count("Query") < 20
    stage.check()


def test_a_second_variant_is_not_lost_on_another_environment_that_knows_the_first_only() -> None:
    """Older votes count for none before the first inference, and for none after the second."""
    stage = Stage(1)
    for vote in range(60):
        _vote(stage, START + vote * 1_000)
    stage.follow()
    _record(stage, 10, "a")
    first, stage.streams.records = stage.streams.records, []

    def die(_number: int, parameters: dict[str, Any]) -> None:
        if _is_transaction(parameters):
            raise Killed

    def overtake(_number: int, parameters: dict[str, Any]) -> None:
        if _is_transaction(parameters):
            stage.client.before = lambda _number, _parameters: None
            _record(stage, 11, "b")
            stage.follow()

    stage.client.before = die
    assert stage.handle(first) is None  # the inference is listed, and no vote moved
    stage.client.before = lambda _number, _parameters: None
    _vote(stage, START + HOUR)
    stage.follow()  # the head is as the first inference has it
    stage.client.before = overtake
    assert stage.handle(first) == {"batchItemFailures": []}

    stage.check()
