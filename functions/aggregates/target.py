"""Targets: all that is remembered of one target's feedback on one metric, and what has changed."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from aggregates.units import Entry, Unit
from shared.uuids import Uuid


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

    @property
    def entries(self) -> dict[Uuid, Entry]:
        """The entries of all, by their ids."""
        return {entry.id: entry for unit in self.units for entry in unit.entries}


Changes: TypeAlias = Mapping[Uuid, Entry | None]
"""What is stored of feedback: its entry, or None if it is there no longer."""


def needs_older(head: Unit, changed: Iterable[Uuid], *, is_gone: bool) -> bool:
    """Whether a target's older units have to be known to change feedback with these ids.

    `is_gone`: whether some of it is stored no longer.
    """
    if head.floor is None:
        return False
    return is_gone or any(feedback_id <= head.floor for feedback_id in changed)
