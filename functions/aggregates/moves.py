"""Moves: all steps of a target's changes, and what makes those begin again who read too early."""

from collections.abc import Iterator

from aggregates.roles import Roles
from aggregates.steps import Step, steps, touch
from aggregates.target import Changes, Target


def moves(target: Target, changes: Changes, of: Roles) -> Iterator[Step]:
    """Yield the steps, and one more for each unit that feedback is gone of and no step writes.

    Whoever has read the feedback before it went may have yet to write that it is counted.
    """
    written = set()
    for step in steps(target, changes, of):
        written |= {unit.first for unit in step.units}
        target = step.target
        yield step
    for feedback_id, entry in changes.items():
        if entry is None:
            step = touch(target, feedback_id)
            [unit] = step.units
            if unit.first not in written:
                written.add(unit.first)
                target = step.target
                yield step
