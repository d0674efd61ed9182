"""The mover: makes what is counted of subjects what the tables have, in few transactions."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from aggregates.memory import Memory
from aggregates.roles import Roles
from aggregates.steps import Step, steps, touch
from aggregates.target import Changes, Target
from aggregator.inputs import Inputs
from aggregator.packing import Move, pack, to_move
from aggregator.records import Malformed, Subject
from aggregator.store import Overtaken, Store, to_target
from aggregator.work import Works
from shared.dynamodb import Failure, is_invalid
from shared.retry import retry

AT_ONCE = 100
"""Of how many subjects the reads are made together."""


@dataclass(slots=True)
class Mover:
    """Moves the subjects of one generation."""

    store: Store
    inputs: Inputs
    generation: int
    failed: dict[Subject, Failure | Malformed] = field(default_factory=dict)
    """Where a row cannot be read, or DynamoDB refuses an item: no repetition mends it."""

    def move(self, works: Works) -> None:
        """Move all; those in `failed` are left out. Raises StorageUnavailable.

        What another has moved meanwhile is looked at again, for as long as there is time.
        """
        due = dict(works)
        while due:
            now = dict(list(due.items())[:AT_ONCE])
            for subject in self._move(now) | self.failed.keys():
                due.pop(subject, None)

    def _move(self, works: Works) -> set[Subject]:
        """Look at subjects once; return those that are as they should be."""
        done = set(works)
        running: dict[Subject, Iterator[Step]] = {}
        for subject, begun in self._begin(works).items():
            if begun is None:
                done.discard(subject)
            else:
                running[subject] = begun
        while running:
            moves = []
            for subject in list(running):
                step = next(running[subject], None)
                if step is None:
                    del running[subject]
                else:
                    moves.append(to_move(subject, step.units, step.counts))
            for group in pack(moves):
                for subject in self._write(group):
                    done.discard(subject)
                    running.pop(subject, None)
        return done

    def _begin(self, works: Works) -> dict[Subject, Iterator[Step] | None]:
        """Read what is remembered, then what there is; return what is to be done, if it is known.

        In this order: whoever moves a unit afterwards has read before what another had moved it
        to, and the condition on its version fails if it was moved meanwhile.
        """
        targets = {
            subject: self._remembered(subject, works, head) for subject, head in self._heads(works)
        }
        known = {subject: target for subject, target in targets.items() if target is not None}
        unknown = [
            feedback
            for subject, target in known.items()
            for feedback in works[subject].feedback.values()
            if not (feedback.is_new and feedback.id in target.entries)
        ]
        entries = self.inputs.entries(unknown)
        roles = self.inputs.roles(self.generation, {subject.target_id for subject in known})
        begun: dict[Subject, Iterator[Step] | None] = dict.fromkeys(works)
        for subject, target in known.items():
            changes = {}
            for one in unknown:
                entry = entries[one.id]
                if isinstance(entry, Malformed):
                    self.failed[one.subject] = entry
                elif one.subject == subject:
                    changes[one.id] = entry
            if not target.complete and None in changes.values():
                works[subject].whole = True  # it is gone: the older units are needed
            else:
                begun[subject] = _steps(target, changes, roles[subject.target_id])
        return begun

    def _heads(self, works: Works) -> list[tuple[Subject, Memory | None]]:
        heads = self.store.heads(self.generation, works)
        return [(subject, heads.get(subject)) for subject in works]

    def _remembered(self, subject: Subject, works: Works, head: Memory | None) -> Target | None:
        """Return what is remembered; None if another is moving it. Nothing is pending then."""
        if head is None:
            return Target(subject.metric)
        older = works[subject].needs_older(head.unit)
        units = self.store.whole(self.generation, subject) if older else [head]
        try:
            units = [self.store.settle(self.generation, subject, unit) for unit in units]
        except Overtaken:
            return None
        return to_target(subject.metric, units, complete=older)

    def _write(self, group: list[Move]) -> set[Subject]:
        """Make moves; return whose have to be looked at again."""
        again = {move.subject for move in group if any(one.pending for one in move.memories)}
        while group:
            try:
                write = partial(self.store.write, self.generation, group)
                retry(write, self.store.database.time_left, self.store.database.sleep)
            except Overtaken as overtaken:
                again |= overtaken.subjects
                group = [move for move in group if move.subject not in overtaken.subjects]
            except Failure as failure:
                if not is_invalid(failure):
                    raise
                if len(group) == 1:
                    self.failed[group[0].subject] = failure
                    return again
                return again.union(*(self._write([move]) for move in group))
            else:
                break
        return again


def _steps(target: Target, changes: Changes, of: Roles) -> Iterator[Step]:
    """Yield the steps; if feedback is gone, at least one.

    Whoever has read the feedback before it went may have yet to write that it is counted.
    """
    step = None
    for step in steps(target, changes, of):
        yield step
    if step is None and None in changes.values():
        yield touch(target)
