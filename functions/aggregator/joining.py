"""Joining: which steps of one subject are written in one transaction."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from aggregates.steps import Step
from aggregator.packing import Move, pack, to_move
from aggregator.records import Subject


def join(subject: Subject, steps: Iterable[Step]) -> Iterator[Move]:
    """Put steps together, as many as fit.

    The head is moved alone. Others move it often, and where it is overtaken, what is moved with it
    would have to be moved again.
    """
    for _, alike in groupby(steps, lambda step: step.units[-1].first is None):
        for group in pack(to_move(subject, step.units, step.counts) for step in alike):
            memories = (memory for move in group.moves for memory in move.memories)
            yield Move(subject, tuple(memories), group.counts.without_zeros())
