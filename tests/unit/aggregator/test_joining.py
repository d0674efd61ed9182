"""Steps of one target are written in few transactions."""

import pytest

from aggregates.steps import steps
from aggregates.target import Target
from aggregator import packing
from aggregator.joining import join
from aggregator.packing import MAX_WRITES, Move
from aggregator.records import Subject
from tests.unit.aggregates.targets import TARGET, as_variant, run, votes

SUBJECT = Subject("m", TARGET)


def moves(number: int) -> list[Move]:
    """Have so many votes, a minute apart, count for another variant."""
    target, _ = run(Target("m"), votes(number), as_variant("a"))
    made = list(join(SUBJECT, steps(target, {}, as_variant("b"))))
    firsts = [memory.unit.first for move in made for memory in move.memories]
    assert sorted(map(str, firsts)) == sorted(str(unit.first) for unit in target.units)
    return made


def test_of_ten_times_the_votes_there_are_ten_times_the_transactions() -> None:
    """All but the last few are full."""
    few, many = moves(1_000), moves(10_000)

    assert len(many) < 11 * len(few)
    assert len(many) < 10_000 / 16 / 20
    assert all(len(move.memories) + len(move.counts) <= MAX_WRITES for move in few + many)


def test_the_head_is_written_alone_and_last() -> None:
    """Others move it often."""
    *older, head = moves(1_000)

    assert [memory.unit.first for memory in head.memories] == [None]
    assert all(memory.unit.first for move in older for memory in move.memories)


def test_a_unit_is_written_once_in_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is changed in two steps, in two."""
    monkeypatch.setattr("aggregates.steps.MOST_CHANGES", 2)
    stored = votes(100)
    target, _ = run(Target("m"), stored, as_variant("a"))
    turned = {id_: entry._replace(number="0") for id_, entry in [*stored.items()][:40]}

    made = list(join(SUBJECT, steps(target, turned, as_variant("a"))))

    written = [[memory.unit for memory in move.memories] for move in made]
    assert all(len({unit.first for unit in units}) == len(units) for units in written)
    versions: dict[str | None, int] = {unit.first: unit.version for unit in target.units}
    for unit in (unit for units in written for unit in units):
        assert unit.version == versions[unit.first]
        versions[unit.first] += 1


def test_no_more_transactions_are_filled_at_once_than_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first one is written when another begins."""
    monkeypatch.setattr(packing, "MAX_AMOUNTS", 100)
    monkeypatch.setattr(packing, "FILLED_AT_ONCE", 1)
    narrow = moves(1_000)
    monkeypatch.setattr(packing, "FILLED_AT_ONCE", 8)

    assert len(moves(1_000)) < len(narrow)
