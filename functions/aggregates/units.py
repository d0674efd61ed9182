"""What is remembered of one target's feedback on one metric, and what it adds to the counters.

The feedback is remembered in units of some entries each, so that an item stays small: the head has
the newest, and each other unit older ones. What a unit adds to the counters follows from itself
alone, so that it can be moved from one state to another by adding the difference.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from aggregates import exact
from aggregates.counters import ALL, SUPERSEDED, Counts
from aggregates.exact import Amounts
from aggregates.layout import Series
from aggregates.periods import minute
from aggregates.roles import Role, Roles, points
from shared.uuids import Uuid

MOST_ENTRIES = 20
"""How many entries a unit has at most: they fit into one write unit with the rest of the item."""
OLDER_ENTRIES = 16
"""How many of them leave the head at once."""
MOST_CHANGES = 16
"""How many changes one step makes at most."""


class Entry(NamedTuple):
    """One feedback."""

    id: Uuid
    kind: str
    number: str
    """Its value as DynamoDB writes it; of a boolean `1` or `0`, of a demonstration nothing."""


class Unit(NamedTuple):
    """Some entries, and as what they are counted."""

    first: Uuid | None = None
    """The smallest id that belongs to it when it was made; None for the head."""
    version: int = 0
    """How often it has been moved; 0 if it is not stored."""
    entries: tuple[Entry, ...] = ()
    """Sorted by id."""
    before: str | None = None
    """The number of the entry that is superseded by the first one, if there is one."""
    roles: Roles = ()
    latest: tuple[Entry, ...] = ()
    """Of the head: the latest entry of each kind, sorted by kind, wherever it is."""
    floor: Uuid | None = None
    """Of the head: the greatest id that other units have ever had; None if there are none."""


class Target(NamedTuple):
    """The units that are known of a target: older ones in their order, then the head."""

    metric: str
    older: tuple[Unit, ...] = ()
    head: Unit = Unit()
    complete: bool = True
    """Whether all older units are known."""

    @property
    def units(self) -> tuple[Unit, ...]:
        """All of them, in the order of their entries."""
        return (*self.older, self.head)


class Step(NamedTuple):
    """What is written at once: units change, and the counters with them."""

    units: tuple[Unit, ...]
    """As they are to be; the version of each is still that which is stored."""
    counts: Counts
    target: Target
    """The target after it."""


Changes: TypeAlias = Mapping[Uuid, Entry | None]
"""What is stored of feedback: its entry, or None if it is there no longer."""


def needs_older(head: Unit, changes: Changes) -> bool:
    """Whether a target's older units have to be known to make changes."""
    return head.floor is not None and any(
        entry is None or feedback_id <= head.floor for feedback_id, entry in changes.items()
    )


def steps(target: Target, changes: Changes, of: Roles) -> Iterator[Step]:
    """Yield what to write so that what is stored is what is counted, under these roles.

    Each step assumes that the one before has been written. Where the older units are not known,
    they keep their roles.
    """
    while True:
        step = _make_changes(target, changes, of) or _renew(target, of)
        if step is None:
            return
        yield step
        target = step.target


def amounts(number: str) -> Amounts:
    """Return what a value adds."""
    return exact.amounts(number) if number else {"n": 1}


def counts(metric: str, unit: Unit) -> Counts:
    """Return what a unit adds to the counters."""
    result = Counts()
    for role in unit.roles:
        if role.variant is not None:
            _count_entries(result, metric, role, unit)
        _count_latest(result, metric, role, unit.latest)
    return result.without_zeros()


def _count_entries(result: Counts, metric: str, role: Role, unit: Unit) -> None:
    superseded = unit.before
    for entry in unit.entries:
        if _counts_as(entry, role):
            series, at = Series(role.function, metric, entry.kind, role.level), minute(entry.id)
            result.at(series, role.variant or "", ALL, at, amounts(entry.number))
            if superseded is not None:
                result.at(series, role.variant or "", SUPERSEDED, at, amounts(superseded))
        superseded = entry.number


def _count_latest(result: Counts, metric: str, role: Role, latest: Iterable[Entry]) -> None:
    for entry in latest:
        if _counts_as(entry, role):
            series = Series(role.function, metric, entry.kind, role.level)
            for point in points(role):
                result.at_point(series, point, amounts(entry.number))


def _counts_as(entry: Entry, role: Role) -> bool:
    """Whether feedback can be about this: a demonstration is about an inference."""
    return role.level == "inference" or entry.kind != "demonstration"


def _make_changes(target: Target, changes: Changes, of: Roles) -> Step | None:
    """Make the next changes, all of them within one unit."""
    known = {entry.id: entry for unit in target.units for entry in unit.entries}
    due = sorted(id_ for id_, entry in changes.items() if known.get(id_) != entry)
    if not due:
        return None
    index = _place(target, due[0])
    here = [id_ for id_ in due if _place(target, id_) == index][:MOST_CHANGES]
    unit = target.units[index]
    entries = {entry.id: entry for entry in unit.entries}
    for id_ in here:
        entry = changes[id_]
        if entry is None:
            entries.pop(id_, None)
        else:
            entries[id_] = entry
    return _replace(target, index, [entries[id_] for id_ in sorted(entries)], of)


def _place(target: Target, feedback_id: Uuid) -> int:
    """Find which unit an id belongs to."""
    if target.head.floor is None or feedback_id > target.head.floor:
        return len(target.older)
    places = [i for i, unit in enumerate(target.older) if (unit.first or "") <= feedback_id]
    return max(places, default=0)


def _replace(target: Target, index: int, entries: list[Entry], of: Roles) -> Step:
    """Give a unit these entries; if they are too many, some go to new units."""
    unit, is_head = target.units[index], index == len(target.older)
    parts = [entries]
    while len(parts[-1]) > MOST_ENTRIES:
        rest = parts.pop()
        parts += [rest[:OLDER_ENTRIES], rest[OLDER_ENTRIES:]]
    before = _last(target, index)
    after: list[Unit] = []
    for number, part in enumerate(parts):
        # A unit that has older ones cut off keeps its item if it is the head, else its first id.
        keeps = number == (len(parts) - 1 if is_head else 0)
        base = unit if keeps else Unit(first=part[0].id)
        after.append(base._replace(entries=tuple(part), before=before, roles=of))
        before = part[-1].number if part else before
    if is_head and len(parts) > 1:
        after[-1] = after[-1]._replace(floor=parts[-2][-1].id)
    return _step(target, index, after)


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
    found = {} if target.complete else {entry.kind: entry for entry in target.head.latest}
    for unit in target.units:
        found.update({entry.kind: entry for entry in unit.entries})
    return tuple(found[kind] for kind in sorted(found))


def _step(target: Target, index: int, after: list[Unit]) -> Step:
    """Put units in the place of one."""
    units = [*target.units[:index], *after, *target.units[index + 1 :]]
    changed = target._replace(older=tuple(units[:-1]), head=units[-1])
    if index == len(target.older):  # the head knows the latest of all
        after[-1] = after[-1]._replace(latest=_latest(changed))
    difference = Counts()
    difference.include(counts(target.metric, target.units[index]), -1)
    for unit in after:
        difference.include(counts(target.metric, unit))
    stored = [unit._replace(version=unit.version + 1) for unit in after]
    units[index : index + len(after)] = stored
    done = target._replace(older=tuple(units[:-1]), head=units[-1])
    return Step(tuple(after), difference.without_zeros(), done)
