"""Calls of DynamoDB that are repeated while it is too busy: in batches and pages of any size."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from shared.clock import Seconds, TimeLeft
from shared.dynamodb import StorageUnavailable, outages
from shared.items import Item
from shared.retry import require_time, retry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEYS_AT_ONCE, WRITES_AT_ONCE = 100, 25
"""How many items one call reads, and how many it puts or deletes."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Database:
    """A client, and how long it may take. Every method raises StorageUnavailable.

    Reads are strongly consistent.
    """

    client: "DynamoDBClient"
    time_left: TimeLeft
    sleep: Callable[[Seconds], None] = time.sleep
    patient: bool = False
    """Whether calls are repeated in an outage too, for as long as there is time."""

    def get(self, keys: Iterable[tuple[str, Item]]) -> Iterator[tuple[str, Item]]:
        """Yield the items that are there, by (table, key); no key stands twice."""
        asked = list(keys)
        for start in range(0, len(asked), KEYS_AT_ONCE):
            pending: dict[str, Any] = {}
            for table, key in asked[start : start + KEYS_AT_ONCE]:
                pending.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
            for answer in self._drain(self.client.batch_get_item, pending, "UnprocessedKeys"):
                for table, items in answer["Responses"].items():
                    yield from ((table, item) for item in items)

    def query(self, table: str, name: str, value: str, **parameters: Any) -> Iterator[Item]:  # noqa: ANN401 - JSON
        """Yield a partition's items; `name` is the partition key's.

        The parameters' values may name others, `:value` is the partition's.
        """
        values = {":value": {"S": value}, **parameters.pop("ExpressionAttributeValues", {})}
        condition = " AND ".join(("#key = :value", *parameters.pop("And", ())))
        start: dict[str, Any] = {}
        while True:
            page = self.call(
                self.client.query,
                TableName=table,
                KeyConditionExpression=condition,
                ExpressionAttributeNames={"#key": name},
                ExpressionAttributeValues=values,
                ConsistentRead=True,
                **parameters,
                **start,
            )
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def put(self, table: str, items: Iterable[Item]) -> None:
        """Put items."""
        self._write(table, [{"PutRequest": {"Item": item}} for item in items])

    def delete(self, table: str, keys: Iterable[Item]) -> None:
        """Delete items, as far as they are there."""
        self._write(table, [{"DeleteRequest": {"Key": key}} for key in keys])

    def call(self, method: Callable[..., Any], **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Make a call that is safe to repeat; return what DynamoDB answers."""
        return self.repeat(partial(method, **parameters))

    def repeat(self, call: Callable[[], Result]) -> Result:
        """Do what is safe to repeat, again while DynamoDB is too busy for it: see `retry`."""

        def once() -> Result:
            require_time(self.time_left)
            with outages():
                return call()

        return retry(once, self.time_left, self.sleep, patient=self.patient)

    def _write(self, table: str, writes: list[Any]) -> None:
        for start in range(0, len(writes), WRITES_AT_ONCE):
            pending = {table: writes[start : start + WRITES_AT_ONCE]}
            self._drain(self.client.batch_write_item, pending, "UnprocessedItems")

    def _drain(self, method: Callable[..., Any], pending: dict[str, Any], left: str) -> list[Any]:
        """Make a batch's call, and again for what DynamoDB has left of it; return all answers."""
        answers: list[Any] = []

        def call() -> None:
            nonlocal pending
            answers.append(method(RequestItems=pending))
            pending = answers[-1].get(left) or {}
            if pending:
                raise StorageUnavailable(congested=True)

        self.repeat(call)
        return answers
