"""Look-ups: recorded inferences and episodes, and what is reserved already."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from feedback.model import Record, Target
from feedback.reservations import TABLE, is_expired
from feedback.rows import read_record
from feedback.waiting import TargetNotFound
from shared.clock import Seconds
from shared.dynamodb import StorageUnavailable, outages
from shared.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_KEYS = 100
"""How many items one call reads."""

Reads: TypeAlias = tuple[str, ...]
"""The parts of a target's record that are needed."""


@dataclass(slots=True)
class BatchRead:
    """A read of several targets and reservations at once, and what it has found so far."""

    targets: Mapping[Target, Reads]
    keys: Collection[str] = ()
    """The keys of reservations."""
    records: dict[Target, Record] = field(default_factory=dict)
    reserved: dict[str, Item] = field(default_factory=dict)
    """The reservations' items by key, expired ones among them."""
    impossible: set[Target] = field(default_factory=set)
    """Targets whose id is recorded at the other level: they will never be found."""
    pending: list[dict[str, Any]] | None = None
    """The calls that are still to be made; None before the first."""

    def holder(self, key: str, now: Seconds) -> Item | None:
        """Return the item that holds a reservation, unless it has expired."""
        item = self.reserved.get(key)
        return None if item is None or is_expired(item, now) else item


class Lookup(Protocol):
    """Where recorded targets and reservations are looked up."""

    def get(self, target: Target, reads: Reads) -> Record | None:
        """Read these parts of a target's record; None if there is none yet.

        Raises TargetNotFound if the id is recorded at the other level.
        """

    def read(self, batch: BatchRead) -> None:
        """Complete a read, or go on with it after StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class DynamoLookup:
    """Targets and reservations in DynamoDB; reads are strongly consistent."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]

    def get(self, target: Target, reads: Reads) -> Record | None:
        """Read these parts of a target's record. Raises StorageUnavailable, TargetNotFound."""
        with outages():
            answer = self.client.get_item(
                TableName=self.tables["target"],
                Key={"target_id": {"S": target.id}},
                ConsistentRead=True,
                **_projection(("target_type", *reads)),
            )
        item: Item | None = answer.get("Item")  # type: ignore[assignment]  # the stubs are stricter
        if item is None:
            return None
        record = read_record(item, target, reads)
        if record is None:
            raise TargetNotFound(target)
        return record

    def read(self, batch: BatchRead) -> None:
        """Complete a read with as few calls as possible.

        Raises StorageUnavailable; called again, it asks only for what is still missing.
        """
        if batch.pending is None:
            batch.pending = list(self._calls(batch))
        while batch.pending:
            with outages():
                answer: Any = self.client.batch_get_item(RequestItems=batch.pending[0])
            self._note(batch, answer["Responses"])
            batch.pending.pop(0)
            if unread := answer.get("UnprocessedKeys"):
                batch.pending.append(unread)
                raise StorageUnavailable(congested=True)

    def _calls(self, batch: BatchRead) -> Iterator[dict[str, Any]]:
        """Yield the calls' parameters. An id that is asked for at both levels is read once."""
        targets = self.tables["target"]
        keys = [(self.tables[TABLE], {"key": {"S": key}}) for key in batch.keys]
        ids = dict.fromkeys(target.id for target in batch.targets)
        keys += [(targets, {"target_id": {"S": id_}}) for id_ in ids]
        reads = {name for reads in batch.targets.values() for name in reads}
        projection = _projection(("target_id", "target_type", *sorted(reads)))
        for start in range(0, len(keys), MAX_KEYS):
            call: dict[str, Any] = {}
            for table, key in keys[start : start + MAX_KEYS]:
                only = projection if table == targets else {}
                asked = call.setdefault(table, {"Keys": [], "ConsistentRead": True, **only})
                asked["Keys"].append(key)
            yield call

    def _note(self, batch: BatchRead, responses: Mapping[str, list[Item]]) -> None:
        found = responses.get(self.tables["target"], ())
        items = {item["target_id"]["S"]: item for item in found}
        for target, reads in batch.targets.items():
            item = items.get(target.id)
            if item and (record := read_record(item, target, reads)):
                batch.records[target] = record
            elif item:
                batch.impossible.add(target)
        for item in responses.get(self.tables[TABLE], ()):
            batch.reserved[item["key"]["S"]] = item


@lru_cache(maxsize=16)
def _projection(attributes: tuple[str, ...]) -> Any:  # noqa: ANN401 - a call's parameters
    """Ask for these attributes and no other."""
    names = {f"#{name}": name for name in attributes}
    return {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}
