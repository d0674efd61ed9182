"""Units: what is remembered of one target's feedback on one metric, and what it adds to counters.

The feedback is remembered in units of some entries each, so that an item stays small: the head has
the newest, and each other unit older ones. What a unit adds to the counters follows from itself
alone, so that it can be moved from one state to another by adding the difference.
"""

from collections.abc import Iterable
from typing import NamedTuple

from aggregates import exact
from aggregates.counters import ALL, SUPERSEDED, Counts
from aggregates.exact import Amounts
from aggregates.layout import DEMONSTRATION, Series
from aggregates.periods import minute
from aggregates.roles import Role, Roles, points
from shared.uuids import Uuid


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
    """Of another unit than the head as `roles.as_older` has them."""
    latest: tuple[Entry, ...] = ()
    """Of the head: the latest entry of each kind, sorted by kind, wherever it is."""
    floor: Uuid | None = None
    """Of the head: the greatest id that other units have ever had; None if there are none."""


def latest(*entries: Entry) -> tuple[Entry, ...]:
    """Return the last entry of each kind, sorted by kind; the entries are in their order."""
    found = {entry.kind: entry for entry in entries}
    return tuple(found[kind] for kind in sorted(found))


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
    return role.level == "inference" or entry.kind != DEMONSTRATION
