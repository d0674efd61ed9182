"""The table of aggregates: what is remembered of targets is read, and moved."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from aggregates import layout, memory
from aggregates.counters import Counts
from aggregates.inference import Inference
from aggregates.memory import Memory
from aggregates.target import Target
from aggregator.listing import record
from aggregator.packing import Group, pack, raised, spell, to_move
from aggregator.records import Subject
from aggregator.shards import Shards
from shared.database import Database
from shared.dynamodb import Failure, StorageUnavailable
from shared.transaction import transact
from shared.uuids import Uuid


class Overtaken(Exception):
    """Somebody else has moved some of what was to be moved: nothing is written."""

    def __init__(self, subjects: set[Subject]) -> None:
        """Say whose."""
        super().__init__(f"{len(subjects)} moved already")
        self.subjects = subjects


@dataclass(frozen=True, slots=True)
class Store:
    """The table of aggregates; every method raises StorageUnavailable."""

    database: Database
    table: str
    shards: Shards

    def generations(self) -> list[int]:
        """Return the generations to keep: the current one, and one that is being built."""
        answer = self.database.call(
            self.database.client.get_item,
            TableName=self.table,
            Key=layout.STATE,
            ConsistentRead=True,
        )
        return layout.read_state(answer.get("Item"))

    def record(self, generation: int, inferences: Iterable[Inference]) -> dict[Uuid, Failure]:
        """List inferences; return those, by their ids, whose items DynamoDB refuses."""
        return record(self.database, self.table, generation, inferences)

    def heads(self, generation: int, subjects: Iterable[Subject]) -> dict[Subject, Memory]:
        """Return the heads of those that have one."""
        keys = {subject: layout.vote_key(generation, *subject) for subject in subjects}
        whose = {layout.place(key): subject for subject, key in keys.items()}
        found = self.database.get((self.table, key) for key in keys.values())
        return {whose[layout.place(item)]: memory.read(item) for _, item in found}

    def whole(self, generation: int, subject: Subject) -> list[Memory]:
        """Return all units of a target: the older ones in their order, then the head."""
        head, *older = (
            memory.read(item)
            for item in self.database.query(
                self.table,
                "key",
                layout.votes_key(generation, subject.metric, subject.target_id[-1]),
                And=("begins_with(sort, :target)",),
                ExpressionAttributeValues={":target": {"S": subject.target_id}},
            )
        )
        return [*older, head]

    def settle(self, generation: int, subject: Subject, one: Memory) -> Memory:
        """Give the counters what a unit has pending. Raises Overtaken."""
        while one.pending:
            move = to_move(subject, (one.unit,), one.pending)
            [group] = pack([move])
            self.write(generation, group)
            one = raised(move.memories[0])
        return one

    def write(self, generation: int, group: Group) -> None:
        """Make moves, all or none, again as the database does. Raises Overtaken, Failure.

        Safe to repeat: a unit is moved from one version only. Where the first attempt was made
        and its answer lost, the second is Overtaken.
        """
        self.database.repeat(partial(self._write, generation, group))

    def _write(self, generation: int, group: Group) -> None:
        self._list(generation, group.counts)
        writes = spell(self.table, generation, group, self.shards.of)
        obstacles = transact(self.database.client, writes, os.urandom(16).hex())
        if obstacles is None:
            return
        owners = group.owners
        pairs = zip(owners, obstacles[: len(owners)], strict=True)
        if overtaken := {subject for subject, obstacle in pairs if obstacle.unmet}:
            raise Overtaken(overtaken)
        self.shards.leave(group.counts)
        raise StorageUnavailable(congested=True)

    def _list(self, generation: int, counts: Counts) -> None:
        """List the series that are to have counters; what is listed is only read."""
        used = {
            (generation, counter.series, self.shards.of.get(counter.series, 0))
            for counter in counts
        }
        items = [layout.series_item(*new) for new in used - self.shards.listed]
        keys = ((self.table, layout.key_of(*layout.place(item))) for item in items)
        listed = {layout.place(item) for _, item in self.database.get(keys)}
        self.database.put(self.table, (one for one in items if layout.place(one) not in listed))
        self.shards.listed |= used


def to_target(metric: str, memories: list[Memory], *, complete: bool) -> Target:
    """Return the target that consists of units; the head is the last of them."""
    *older, head = (one.unit for one in memories)
    return Target(metric, tuple(older), head, complete=complete or head.floor is None)
