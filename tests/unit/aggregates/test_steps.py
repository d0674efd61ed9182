"""However feedback comes and whatever roles it gets, the units count what is there."""

from hypothesis import given
from hypothesis import strategies as st

from aggregates import memory
from aggregates.counters import Counts
from aggregates.roles import Roles
from aggregates.steps import MOST_ENTRIES, steps
from aggregates.target import Changes, Target, needs_older
from aggregates.units import Entry, Unit, counts
from shared.uuids import Uuid
from tests.unit.aggregates.strategies import ROLES, entries

TARGET = Uuid("01900000-0000-7000-8000-000000000000")
BATCHES = st.lists(st.tuples(st.lists(entries(), max_size=30), ROLES | st.none()), max_size=8)


def plain(stored: dict[Uuid, Entry], roles: Roles) -> Counts:
    """Count all feedback as one unit."""
    ordered = tuple(stored[id_] for id_ in sorted(stored))
    latest = {entry.kind: entry for entry in ordered}
    kinds = tuple(latest[kind] for kind in sorted(latest))
    return counts("m", Unit(entries=ordered, roles=roles, latest=kinds))


def run(target: Target, changes: Changes, roles: Roles) -> tuple[Target, Counts]:
    """Take all steps; return the target and what they add."""
    added, units = Counts(), {unit.first: unit for unit in target.units}
    for step in steps(target, changes, roles):
        assert len(step.units) <= 5
        added.include(step.counts)
        for unit in step.units:
            assert unit.version == (units[unit.first].version if unit.first in units else 0)
            units[unit.first] = unit._replace(version=unit.version + 1)
            item = memory.to_item(1, "m", TARGET, memory.Memory(unit, step.counts))
            assert memory.read(item) == (unit, step.counts)
    head = units.pop(None)
    older = tuple(sorted(units.values(), key=lambda unit: unit.first or ""))
    return target._replace(older=older, head=head), added.without_zeros()


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
