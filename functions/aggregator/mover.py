"""The mover: makes what is counted of subjects what the tables have, in few transactions."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregates.memory import Memory
from aggregates.steps import steps
from aggregates.target import Target
from aggregator.inputs import Inputs
from aggregator.joining import join
from aggregator.packing import Group, Move, pack, raised
from aggregator.records import Malformed, Subject
from aggregator.store import Overtaken, Store, to_target
from aggregator.work import Works
from shared.dynamodb import Failure, is_invalid

if TYPE_CHECKING:
    from aggregates.units import Entry
    from shared.uuids import Uuid

AT_ONCE = 100
"""Of how many subjects the reads are made together."""


@dataclass(slots=True)
class Mover:
    """Moves the subjects of one generation."""

    store: Store
    inputs: Inputs
    generation: int
    failed: dict[Subject, Failure | Malformed] = field(default_factory=dict)
    """Where the target cannot be read, or DynamoDB refuses an item: no repetition mends it."""
    unreadable: dict[Subject, Malformed] = field(default_factory=dict)
    """Where some feedback cannot be read: all else of the subject is moved."""

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
        running: dict[Subject, Iterator[Move]] = {}
        for subject, begun in self._begin(works).items():
            if begun is None:
                done.discard(subject)
            else:
                running[subject] = begun
        while running:
            taken = {subject: next(moves, None) for subject, moves in running.items()}
            running = {one: running[one] for one, move in taken.items() if move is not None}
            for group in pack(move for move in taken.values() if move is not None):
                for subject in self._write(group):
                    done.discard(subject)
                    running.pop(subject, None)
        return done

    def _begin(self, works: Works) -> dict[Subject, Iterator[Move] | None]:
        """Read what is remembered, then what there is; return what is to be done, if it is known.

        In this order: whoever moves a unit afterwards has read before what another had moved it
        to, and the condition on its version fails if it was moved meanwhile.
        """
        heads = self.store.heads(self.generation, works)
        targets = {one: self._remembered(one, works, heads.get(one)) for one in works}
        known = {subject: target for subject, target in targets.items() if target is not None}
        unknown = {
            feedback
            for subject, target in known.items()
            for feedback in works[subject].unknown(target)
        }
        entries = self.inputs.entries(unknown)
        roles = self.inputs.roles(self.generation, {subject.target_id for subject in known})
        begun: dict[Subject, Iterator[Move] | None] = dict.fromkeys(works)
        for subject, target in known.items():
            changes: dict[Uuid, Entry | None] = {}
            for one in works[subject].feedback.values():
                entry = entries.get(one)
                if isinstance(entry, Malformed):
                    self.unreadable[subject] = entry
                elif one in entries:
                    changes[one.id] = entry
            of = roles[subject.target_id]
            if isinstance(of, Malformed):
                self.failed[subject] = of
            elif not target.complete and None in changes.values():
                works[subject].is_gone = True  # the older units are needed
            else:
                begun[subject] = join(subject, steps(target, changes, of))
        return begun

    def _remembered(self, subject: Subject, works: Works, head: Memory | None) -> Target | None:
        """Return what is remembered; None if another is moving it. Nothing is pending then."""
        if head is None:
            return Target(subject.metric)
        older = works[subject].needs_older(head.unit)
        units = self.store.whole(self.generation, subject) if older else [head]
        settled = self._settle(subject, units)
        return None if settled is None else to_target(subject.metric, settled, complete=older)

    def _settle(self, subject: Subject, units: Iterable[Memory]) -> list[Memory] | None:
        """Give the counters what units have pending; None if not all of it can be given."""
        try:
            return [self.store.settle(self.generation, subject, unit) for unit in units]
        except Overtaken:
            pass
        except Failure as failure:
            self._refuse(subject, failure)
        return None

    def _write(self, group: Group) -> set[Subject]:
        """Make moves; return whose have to be looked at again."""
        try:
            self.store.write(self.generation, group)
        except Overtaken as overtaken:
            rest = [move for move in group.moves if move.subject not in overtaken.subjects]
            return overtaken.subjects.union(*map(self._write, pack(rest)))
        except Failure as failure:
            if len(group.moves) > 1:
                alone = (one for move in group.moves for one in pack([move]))
                return set[Subject]().union(*map(self._write, alone))
            self._refuse(group.moves[0].subject, failure)
            return set()
        return {
            move.subject
            for move in group.moves
            if self._settle(move.subject, map(raised, move.memories)) is None
        }

    def _refuse(self, subject: Subject, failure: Failure) -> None:
        """Leave a subject out whose item DynamoDB refuses; raise whatever else fails."""
        if not is_invalid(failure):
            raise failure
        self.failed[subject] = failure
