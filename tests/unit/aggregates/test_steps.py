"""However feedback comes and whatever roles it gets, the units count what is there."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.counters import Counts
from aggregates.inference import Inference
from aggregates.roles import Roles, roles
from aggregates.steps import MOST_ENTRIES, OLDER_ENTRIES, Step, steps
from aggregates.target import Changes, Target, needs_older
from aggregates.units import Entry, Unit, counts
from shared.uuids import Uuid
from tests.unit.aggregates.strategies import ROLES, entries, uuid
from tests.unit.aggregates.targets import TARGET, as_variant, run, votes

BATCHES = st.lists(st.tuples(st.lists(entries(), max_size=30), ROLES | st.none()), max_size=8)


def plain(stored: dict[Uuid, Entry], roles: Roles) -> Counts:
    """Count all feedback as one unit."""
    ordered = tuple(stored[id_] for id_ in sorted(stored))
    latest = {entry.kind: entry for entry in ordered}
    kinds = tuple(latest[kind] for kind in sorted(latest))
    return counts("m", Unit(entries=ordered, roles=roles, latest=kinds))


def head_only(target: Target) -> Target:
    """Forget the older units."""
    return target._replace(older=(), complete=not target.older)


@given(BATCHES)
def test_counters_are_what_a_plain_count_gives(
    batches: list[tuple[list[Entry], Roles | None]],
) -> None:
    """Feedback comes early and late, twice, changed, goes, and the roles change."""
    target, counted = Target("m"), Counts()
    roles: Roles = ()
    stored: dict[Uuid, Entry] = {}
    for number, (batch, changed) in enumerate(batches):
        roles = roles if changed is None else changed
        changes: dict[Uuid, Entry | None] = {entry.id: entry for entry in batch}
        if number % 3 == 2:
            changes |= dict.fromkeys(list(stored)[::4])
        stored = {id_: e for id_, e in {**stored, **changes}.items() if e is not None}
        known = target
        if changed is None and not needs_older(
            target.head, changes, is_gone=None in changes.values()
        ):
            known = head_only(target)
        done, added = run(known, changes, roles)
        older = done.older if known.complete else (*target.older, *done.older)
        target = Target("m", older, done.head)
        counted.include(added)
        assert counted.without_zeros() == plain(stored, roles)
        assert all(len(unit.entries) <= MOST_ENTRIES for unit in target.units)
        assert [e for unit in target.units for e in unit.entries] == [
            stored[id_] for id_ in sorted(stored)
        ]
    assert run(target, {**stored}, roles) == (target, {})


def test_the_head_alone_is_enough_for_new_feedback() -> None:
    """Older units are read for late feedback only."""
    head = Unit(floor="01900000-0000-7000-8000-000000000000")  # type: ignore[arg-type]
    later = Entry("01900000-0000-7000-8000-000000000001", "boolean", "1")  # type: ignore[arg-type]

    assert not needs_older(head, {later.id}, is_gone=False)
    assert needs_older(head, {later.id}, is_gone=True)
    assert needs_older(head, {head.floor}, is_gone=False)  # type: ignore[arg-type]
    assert not needs_older(Unit(), {later.id}, is_gone=True)


def operations(target: Target, changes: Changes, of: Roles) -> tuple[int, list[Step]]:
    """Count the calls of functions, Python's own among them, that all steps take.

    Counting is left out: it takes thousands of calls a unit, in which others would not be seen.
    """
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("aggregates.steps.counts", lambda _metric, _unit: Counts())
        sys.setprofile(count)
        try:
            taken = list(steps(target, changes, of))
        finally:
            sys.setprofile(before)
    return calls, taken


def test_a_change_of_roles_takes_as_many_operations_as_there_are_votes() -> None:
    """Of ten times the votes ten times as many, and one step a unit."""
    calls = {}
    for number in (1_000, 10_000):
        target, _ = run(Target("m"), votes(number), as_variant("a"))
        calls[number], taken = operations(target, {}, as_variant("b"))
        assert len(taken) == len(target.units) <= number / OLDER_ENTRIES + 1

    assert calls[10_000] < 11 * calls[1_000], calls


def test_as_many_operations_are_taken_as_there_are_changes() -> None:
    """First they are new, then they are all changed."""
    calls = {}
    for number in (1_000, 10_000):
        stored = votes(number)
        new, _ = operations(Target("m"), stored, as_variant("a"))
        target, _ = run(Target("m"), stored, as_variant("a"))
        turned = {id_: entry._replace(number="0") for id_, entry in stored.items()}
        changed, taken = operations(target, turned, as_variant("a"))
        assert len(taken) <= number / OLDER_ENTRIES + 2
        calls[number] = new, changed

    assert all(many < 11 * few for few, many in zip(*calls.values(), strict=True)), calls


def test_what_older_feedback_counts_as_is_its_variant_alone() -> None:
    """Another inference of the same variant changes no unit but the head."""
    made = [Inference(uuid(number, 0), TARGET, "f", "a") for number in (0, 10**9)]
    target, _ = run(Target("m"), votes(100), roles(None, made[:1]))

    _, taken = operations(target, {}, roles(None, made))

    assert [[unit.first for unit in step.units] for step in taken] == [[None]]
