"""Reads of DynamoDB in pages and batches of any size, strongly consistent."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.clock import Seconds, TimeLeft
from shared.dynamodb import outages
from shared.items import Item
from shared.retry import retry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_KEYS = 100
"""How many items one call reads."""


@dataclass(frozen=True, slots=True)
class Database:
    """A client, and how long it may take."""

    client: "DynamoDBClient"
    time_left: TimeLeft
    sleep: Callable[[Seconds], None] = time.sleep

    def get(self, keys: Iterable[tuple[str, Item]]) -> Iterator[tuple[str, Item]]:
        """Yield the items that are there, by (table, key). Raises StorageUnavailable."""
        asked = list(keys)
        for start in range(0, len(asked), MAX_KEYS):
            pending: dict[str, Any] = {}
            for table, key in asked[start : start + MAX_KEYS]:
                pending.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
            while pending:
                answer = self.call(self.client.batch_get_item, RequestItems=pending)
                for table, items in answer["Responses"].items():
                    yield from ((table, item) for item in items)
                pending = answer.get("UnprocessedKeys") or {}

    def query(self, table: str, name: str, value: str, **parameters: Any) -> Iterator[Item]:  # noqa: ANN401 - JSON
        """Yield a partition's items; `name` is the partition key's. Raises StorageUnavailable.

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
        """Put items, 25 a call. Raises StorageUnavailable."""
        puts = [{"PutRequest": {"Item": item}} for item in items]
        for start in range(0, len(puts), 25):
            pending: Any = {table: puts[start : start + 25]}
            while pending:
                answer = self.call(self.client.batch_write_item, RequestItems=pending)
                pending = answer.get("UnprocessedItems") or {}

    def call(self, method: Callable[..., Any], **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Make a call that is safe to repeat, again while DynamoDB is too busy for it."""

        def call() -> Any:  # noqa: ANN401 - JSON
            with outages():
                return method(**parameters)

        return retry(call, self.time_left, self.sleep)
