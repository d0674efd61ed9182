"""Steps: how what is remembered of a target's feedback becomes what is stored, unit by unit."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from aggregates.counters import Counts
from aggregates.roles import Roles, as_older
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


class _Passed(NamedTuple):
    """What is known of the entries before a unit."""

    before: str | None = None
    """The number of the last one."""
    latest: tuple[Entry, ...] = ()

    def by(self, unit: Unit) -> "_Passed":
        """Go past a unit."""
        if not unit.entries:
            return self
        return _Passed(unit.entries[-1].number, latest(*self.latest, *unit.entries))


def steps(target: Target, changes: Changes, of: Roles) -> Iterator[Step]:
    """Yield what to write so that what is stored is what is counted, under these roles.

    Each step assumes that those before it that write the same units have been written. Where the
    older units are not known, they keep their roles. A unit that feedback is gone of is written in
    any case: whoever has read the feedback before it went may have yet to write that it is counted.
    """
    due, left = _due(target, changes), [target.head, *reversed(target.older)]
    roles = (as_older(of), of)
    passed = _Passed() if target.complete else _Passed(target.head.before, target.head.latest)
    while left:
        unit = left.pop()
        here = _take(due, left)
        after = _renewed(_changed(unit, here, changes), passed, roles)
        if here or (unit.version and after != [unit]):  # of no feedback, nothing is remembered
            yield Step(tuple(after), _difference(target.metric, unit, after))
            # Each is looked at again: more may be due in it, and it is to be gone past.
            left += [one._replace(version=one.version + 1) for one in reversed(after)]
        else:
            passed = passed.by(unit)


def _due(target: Target, changes: Changes) -> list[Uuid]:
    """Return what has changed, the last one first."""
    known = target.entries if changes else {}
    due = (id_ for id_, entry in changes.items() if entry is None or entry != known.get(id_))
    return sorted(due, reverse=True)


def _take(due: list[Uuid], left: list[Unit]) -> list[Uuid]:
    """Take the next ids that belong to the unit before those that are left."""
    taken: list[Uuid] = []
    while due and len(taken) < MOST_CHANGES and _is_before(due[-1], left):
        taken.append(due.pop())
    return taken


def _is_before(feedback_id: Uuid, left: list[Unit]) -> bool:
    if not left:
        return True
    following = left[-1]
    if following.first is None:
        return feedback_id <= (following.floor or "")
    return feedback_id < following.first


def _changed(unit: Unit, here: list[Uuid], changes: Changes) -> list[Unit]:
    """Make changes within a unit; if it has too many entries then, some go to new units."""
    if not here:
        return [unit]
    entries = {entry.id: entry for entry in unit.entries}
    for id_ in here:
        entries.pop(id_, None)
        if (entry := changes[id_]) is not None:
            entries[id_] = entry
    return _parts(unit, tuple(sorted(entries.values())))


def _parts(unit: Unit, entries: tuple[Entry, ...]) -> list[Unit]:
    """Cut a unit's entries into parts: the unit keeps one of them, each other is a new unit's.

    The head keeps the newest. Another unit keeps those that its first id begins, so that an entry
    is where its id says.
    """
    if len(entries) <= MOST_ENTRIES:
        return [unit._replace(entries=entries)]
    if unit.first is None:
        cut = max(range(OLDER_ENTRIES, len(entries), OLDER_ENTRIES))
        head = unit._replace(entries=entries[cut:], floor=entries[cut - 1].id)
        return [*_new(entries[:cut]), head]
    cut = bisect_left([entry.id for entry in entries], unit.first)
    end = cut + OLDER_ENTRIES
    return [*_new(entries[:cut]), unit._replace(entries=entries[cut:end]), *_new(entries[end:])]


def _new(entries: tuple[Entry, ...]) -> list[Unit]:
    """Return new units for entries."""
    starts = range(0, len(entries), OLDER_ENTRIES)
    parts = (entries[start : start + OLDER_ENTRIES] for start in starts)
    return [Unit(first=part[0].id, entries=part) for part in parts]


def _renewed(units: list[Unit], passed: _Passed, roles: tuple[Roles, Roles]) -> list[Unit]:
    """Give units their roles, older ones' and the head's, and what is known of those before."""
    renewed = []
    for unit in units:
        before, passed = passed.before, passed.by(unit)
        is_head = unit.first is None
        seen = passed.latest if is_head else ()
        renewed.append(unit._replace(before=before, roles=roles[is_head], latest=seen))
    return renewed


def _difference(metric: str, unit: Unit, after: list[Unit]) -> Counts:
    """Return what is added to the counters where units come into the place of one."""
    difference = Counts()
    difference.include(counts(metric, unit), -1)
    for one in after:
        difference.include(counts(metric, one))
    return difference.without_zeros()
