"""Transactions are within DynamoDB's limits, and environments that meet at a counter part."""

import random
from typing import Any

import pytest

from aggregates.counters import Counter, Counts
from aggregates.layout import SHARDS, Series
from aggregates.units import Unit
from aggregator import packing, shards
from aggregator.records import Subject
from tests.support.memory import Memory, cancelled
from tests.unit.aggregates.strategies import uuid
from tests.unit.aggregator.history import START
from tests.unit.aggregator.stage import Stage

EPISODE, INFERENCE = uuid(START, 1), uuid(START, 2)


def _stage(**names: str) -> Stage:
    stage = Stage(1)
    stage.record(INFERENCE, EPISODE, **names)
    stage.follow()
    return stage


def test_large_units_are_written_in_several_transactions() -> None:
    """Each of these has a function's name of 100 KB twice: thirty take 6 MB."""
    stage = _stage(function="f" * 100_000)
    for number in range(30):
        stage.vote(INFERENCE, {"BOOL": True}, 10 + number, metric=f"m{number}")
    stage.tables.calls.clear()

    assert stage.handle(stage.streams.records) == {"batchItemFailures": []}

    assert stage.tables.calls.count("TransactWriteItems") == 2
    assert sum("/votes/" in key for key, _ in stage.tables.tables["aggregate"]) == 30


def test_a_full_counter_is_written_by_one_expression() -> None:
    """With the longest names, which are of the smallest squares."""
    series = Series("f", "m", "float", "inference")
    fields = ("qm15", "qm14", "qm13")
    names = [
        f"{group}{slot:02}{field}" for group in "axl" for slot in range(60) for field in fields
    ]
    counts = Counts({Counter(series, "a", "h2026-01-01T00"): dict.fromkeys(names, 10**20 - 1)})

    move = packing.to_move(Subject("m", INFERENCE), (Unit(),), counts)
    [group] = packing.pack([move])
    writes = packing.spell("aggregate", 1, group, {})
    Memory().transact_write_items(TransactItems=writes, ClientRequestToken="token")

    [written], [rest] = move.counts.values(), move.memories[0].pending.values()
    assert len(written) == packing.MAX_AMOUNTS
    assert written | rest == dict.fromkeys(names, 10**20 - 1)


def test_whoever_meets_another_at_a_counter_goes_to_another_shard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And stays there; what is counted is the same."""
    monkeypatch.setattr(shards, "_RANDOM", random.Random(1))  # noqa: S311 - no secret
    chosen = random.Random(1).randrange(SHARDS)  # noqa: S311 - no secret
    assert chosen != 0
    stage = _stage()
    met = list[int]()

    def conflict(number: int, parameters: dict[str, Any]) -> None:
        if "TransactItems" in parameters and not met:
            met.append(number)
            others = len(parameters["TransactItems"]) - 1
            raise cancelled(["TransactionConflict", *["None"] * others])

    stage.client.before = conflict
    for number in (10, 11):
        stage.vote(INFERENCE, {"BOOL": True}, number)
        assert stage.handle(stage.streams.records) == {"batchItemFailures": []}

    used = {
        key.rpartition("/")[2] for key, _ in stage.tables.tables["aggregate"] if "/counts/" in key
    }
    assert met
    assert used == {str(chosen)}
    stage.check()
