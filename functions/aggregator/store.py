"""The table of aggregates: what is remembered of targets is read, and moved."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aggregates import layout, memory
from aggregates.counters import Counts
from aggregates.memory import Memory
from aggregates.target import Target
from aggregator.database import Database
from aggregator.listing import record
from aggregator.packing import Move, spell, to_move, total
from aggregator.records import Inference, Subject
from aggregator.shards import Shards
from shared.dynamodb import Failure, StorageUnavailable, outages
from shared.uuids import Uuid

if TYPE_CHECKING:
    from shared.items import Item

_CONDITION = "ConditionalCheckFailed"
_BUSY = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"})


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
        keys = {}
        for subject in subjects:
            key = layout.vote_key(generation, *subject)
            keys[key["key"]["S"], key["sort"]["S"]] = subject
        asked = [(self.table, {"key": {"S": key}, "sort": {"S": sort}}) for key, sort in keys]
        return {
            keys[item["key"]["S"], item["sort"]["S"]]: memory.read(item)
            for _, item in self.database.get(asked)
        }

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
            self.write(generation, [move])
            raised = one.unit._replace(version=one.unit.version + 1)
            one = Memory(raised, move.memories[0].pending)
        return one

    def write(self, generation: int, group: list[Move]) -> None:
        """Make moves, all or none. Raises Overtaken, Failure.

        Safe to repeat: a unit is moved from one version only. Where the first attempt was made
        and its answer lost, the second is Overtaken.
        """
        self._list(generation, total(group))
        writes = spell(self.table, generation, group, self.shards.of)
        token = os.urandom(16).hex()
        try:
            with outages():
                self.database.client.transact_write_items(
                    TransactItems=writes,  # type: ignore[arg-type]  # the stubs are stricter
                    ClientRequestToken=token,
                )
        except self.database.client.exceptions.TransactionCanceledException as error:
            reasons: list[Any] = error.response["CancellationReasons"]
            codes = [reason["Code"] for reason in reasons]
            if set(codes) - {"None", _CONDITION, *_BUSY}:
                raise
            owners = [move.subject for move in group for _ in move.memories]
            overtaken = {
                subject
                for subject, code in zip(owners, codes[: len(owners)], strict=True)
                if code == _CONDITION
            }
            if overtaken:
                raise Overtaken(overtaken) from error
            self.shards.leave(total(group))
            raise StorageUnavailable(congested=True) from error

    def _list(self, generation: int, counts: Counts) -> None:
        """List the series that are to have counters; what is listed is only read."""
        used = {
            (generation, counter.series, self.shards.of.get(counter.series, 0))
            for counter in counts
        }
        items: dict[tuple[str, str], Item] = {}
        for new in used - self.shards.listed:
            item = layout.series_item(*new)
            items[item["key"]["S"], item["sort"]["S"]] = item
        keys = [(self.table, {"key": {"S": key}, "sort": {"S": sort}}) for key, sort in items]
        for _, item in self.database.get(keys):
            del items[item["key"]["S"], item["sort"]["S"]]
        self.database.put(self.table, items.values())
        self.shards.listed |= used


def to_target(metric: str, memories: list[Memory], *, complete: bool) -> Target:
    """Return the target that consists of units; the head is the last of them."""
    *older, head = (one.unit for one in memories)
    return Target(metric, tuple(older), head, complete=complete or head.floor is None)
