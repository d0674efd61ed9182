"""Steps: how what is remembered of a target's feedback becomes what is stored, unit by unit."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from aggregates.counters import Counts
from aggregates.roles import Roles
from aggregates.target import Changes, Target
from aggregates.units import Entry, Unit, counts, latest
from shared.uuids import Uuid

MOST_ENTRIES = 20
"""How many entries a unit has at most: they fit into one write unit with the rest of the item."""
OLDER_ENTRIES = 16
"""How many of them leave the head at once."""
MOST_CHANGES = 16
"""How many changes one step makes at most."""


class Step(NamedTuple):
    """What is written at once: units change, and the counters with them."""

    units: tuple[Unit, ...]
    """As they are to be; the version of each is still that which is stored."""
    counts: Counts
    target: Target
    """The target after it."""


def steps(target: Target, changes: Changes, of: Roles) -> Iterator[Step]:
    """Yield what to write so that what is stored is what is counted, under these roles.

    Each step assumes that the one before has been written. Where the older units are not known,
    they keep their roles.
    """
    while step := _make_changes(target, changes, of) or _renew(target, of):
        yield step
        target = step.target


def touch(target: Target, feedback_id: Uuid) -> Step:
    """Write the unit of an id as it is: whoever had read it before has to begin again."""
    index = _place(target, feedback_id)
    return _step(target, index, [target.units[index]])


def _make_changes(target: Target, changes: Changes, of: Roles) -> Step | None:
    """Make the next changes, all of them within one unit."""
    known = target.entries
    due = sorted(id_ for id_, entry in changes.items() if known.get(id_) != entry)
    if not due:
        return None
    index = _place(target, due[0])
    here = [id_ for id_ in due if _place(target, id_) == index][:MOST_CHANGES]
    entries = {entry.id: entry for entry in target.units[index].entries}
    for id_ in here:
        entries.pop(id_, None)
        if (entry := changes[id_]) is not None:
            entries[id_] = entry
    return _replace(target, index, [entries[id_] for id_ in sorted(entries)], of)


def _place(target: Target, feedback_id: Uuid) -> int:
    """Find which unit an id belongs to."""
    if target.head.floor is None or feedback_id > target.head.floor:
        return len(target.older)
    firsts = [unit.first or "" for unit in target.older]
    return max(bisect_right(firsts, feedback_id) - 1, 0)


def _replace(target: Target, index: int, entries: list[Entry], of: Roles) -> Step:
    """Give a unit these entries; if they are too many, some go to new units."""
    before = _last(target, index)
    after = []
    for base, part in _parts(target.units[index], entries):
        after.append(base._replace(entries=tuple(part), before=before, roles=of))
        before = part[-1].number if part else before
    if index == len(target.older) and len(after) > 1:
        after[-1] = after[-1]._replace(floor=after[-2].entries[-1].id)
    return _step(target, index, after)


def _parts(unit: Unit, entries: list[Entry]) -> list[tuple[Unit, list[Entry]]]:
    """Cut a unit's entries into parts: the unit keeps one of them, each other is a new unit's.

    The head keeps the newest. Another unit keeps those that its first id begins, so that an entry
    is where its id says.
    """
    if len(entries) <= MOST_ENTRIES:
        return [(unit, entries)]
    if unit.first is None:
        cut = max(range(OLDER_ENTRIES, len(entries), OLDER_ENTRIES))
        return [*_new(entries[:cut]), (unit, entries[cut:])]
    cut = bisect_left([entry.id for entry in entries], unit.first)
    own = entries[cut : cut + OLDER_ENTRIES]
    return [*_new(entries[:cut]), (unit, own), *_new(entries[cut + OLDER_ENTRIES :])]


def _new(entries: list[Entry]) -> list[tuple[Unit, list[Entry]]]:
    """Return new units for entries."""
    starts = range(0, len(entries), OLDER_ENTRIES)
    return [(Unit(first=entries[i].id), entries[i : i + OLDER_ENTRIES]) for i in starts]


def _renew(target: Target, of: Roles) -> Step | None:
    """Put right the next unit that has other roles, or another entry before it or latest."""
    for index, unit in enumerate(target.units):
        renewed = unit._replace(before=_last(target, index), roles=of)
        if index == len(target.older):
            renewed = renewed._replace(latest=_latest(target))
        if renewed != unit and (unit.version or renewed.entries):
            return _step(target, index, [renewed])
    return None


def _last(target: Target, index: int) -> str | None:
    """Return the number of the last entry of the units before this one."""
    if not target.complete:
        return target.units[index].before
    for unit in reversed(target.units[:index]):
        if unit.entries:
            return unit.entries[-1].number
    return None


def _latest(target: Target) -> tuple[Entry, ...]:
    """Return the latest entry of each kind."""
    remembered = () if target.complete else target.head.latest
    return latest(*remembered, *(entry for unit in target.units for entry in unit.entries))


def _step(target: Target, index: int, after: list[Unit]) -> Step:
    """Put units in the place of one."""
    if index == len(target.older):  # the head knows the latest of all
        after[-1] = after[-1]._replace(latest=_latest(_with(target, index, after)))
    difference = Counts()
    difference.include(counts(target.metric, target.units[index]), -1)
    for unit in after:
        difference.include(counts(target.metric, unit))
    stored = [unit._replace(version=unit.version + 1) for unit in after]
    return Step(tuple(after), difference.without_zeros(), _with(target, index, stored))


def _with(target: Target, index: int, units: list[Unit]) -> Target:
    """Return the target with other units in the place of one."""
    *older, head = (*target.units[:index], *units, *target.units[index + 1 :])
    return target._replace(older=tuple(older), head=head)
