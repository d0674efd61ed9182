"""Joining: which steps of one subject are written in one transaction."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from aggregates.steps import Step
from aggregator.packing import Move, pack, to_move
from aggregator.records import Subject
from shared.uuids import Uuid


@dataclass(slots=True)
class _Runs:
    """Numbers steps by the run that they belong to: in a run, their order does not matter.

    No unit is written twice in it. The head is written alone: others move it often, and where it
    is overtaken, what is moved with it would have to be moved again.
    """

    number: int = 0
    written: set[Uuid | None] = field(default_factory=set)

    def of(self, step: Step) -> int:
        """Return the run of the next step."""
        units = {unit.first for unit in step.units}
        if None in units or not units.isdisjoint(self.written):
            self.number += 1
        self.written |= units
        return self.number


def join(subject: Subject, steps: Iterable[Step]) -> Iterator[Move]:
    """Put steps together, as many as fit into a transaction.

    Each by itself leaves the counters equal to what is remembered, so those that write different
    units can be written in any order.
    """
    for _, run in groupby(steps, _Runs().of):
        for group in pack(to_move(subject, step.units, step.counts) for step in run):
            memories = (memory for move in group.moves for memory in move.memories)
            yield Move(subject, tuple(memories), group.counts)
