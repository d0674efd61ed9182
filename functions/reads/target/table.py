"""One kind's table: a target's rows in it, asked for a query at a time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from feedback.model import Kind
from shared.clock import Seconds, TimeLeft
from shared.database import Database
from shared.items import Item
from shared.reserved import AUTHOR
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LARGEST_QUERY = 10_000
"""How many rows one query looks at, at most; it ends at 1 MB in any case."""


class Query(NamedTuple):
    """What is asked of a table: rows of a target from a place in the order on."""

    target_id: Uuid
    cursor: Uuid | None = None
    """The place, which is left out; None: from the end on that the direction starts at."""
    ascending: bool = False
    limit: int = LARGEST_QUERY
    """How many rows are looked at, at most."""
    author: str | None = None
    """Whose rows alone are returned: those that were given with a token of theirs."""
    attributes: tuple[str, ...] = ()
    """The attributes that are returned; all, if it is empty."""


class Chunk(NamedTuple):
    """What one query returns."""

    items: list[Item]
    """In the direction asked for."""
    last: Uuid | None
    """The place that the query has looked up to; None: to the end."""


class Table(Protocol):
    """Where a kind's rows are read."""

    @property
    def kind(self) -> Kind[Any]:
        """The kind."""

    def query(self, query: Query, time_left: TimeLeft) -> Chunk:
        """Return rows. Raises StorageUnavailable."""

    def count(self, query: Query, time_left: TimeLeft) -> tuple[int, Uuid | None]:
        """Count rows; the second value is as in Chunk. Raises StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class DynamoTable:
    """A table in DynamoDB, read strongly consistently; with a client that no other thread uses."""

    client: "DynamoDBClient"
    name: str
    kind: Kind[Any]
    sleep: Callable[[Seconds], None] = time.sleep

    def query(self, query: Query, time_left: TimeLeft) -> Chunk:
        """Return rows, in one call; it is repeated while DynamoDB is too busy."""
        answer = self._call(self._parameters(query), time_left)
        return Chunk(answer["Items"], _last(answer))

    def count(self, query: Query, time_left: TimeLeft) -> tuple[int, Uuid | None]:
        """Count rows, in one call; it is repeated while DynamoDB is too busy."""
        answer = self._call({**self._parameters(query), "Select": "COUNT"}, time_left)
        return answer["Count"], _last(answer)

    def _call(self, parameters: dict[str, Any], time_left: TimeLeft) -> dict[str, Any]:
        database = Database(self.client, time_left, self.sleep)
        answer: dict[str, Any] = database.call(self.client.query, **parameters)
        return answer

    def _parameters(self, query: Query) -> dict[str, Any]:
        condition = "#target = :target"
        names: dict[str, str] = {"#target": self.kind.key}
        values: Item = {":target": {"S": query.target_id}}
        parameters: dict[str, Any] = {}
        if query.cursor is not None:
            condition += f" AND id {'>' if query.ascending else '<'} :cursor"
            values[":cursor"] = {"S": query.cursor}
        if query.author is not None:
            parameters["FilterExpression"] = "tags.#author = :author"
            names["#author"] = AUTHOR
            values[":author"] = {"S": query.author}
        if query.attributes:
            parameters["ProjectionExpression"] = ",".join(query.attributes)
        return {
            **parameters,
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": query.ascending,
            "Limit": min(query.limit, LARGEST_QUERY),
            "ConsistentRead": True,
        }


def _last(answer: dict[str, Any]) -> Uuid | None:
    key = answer.get("LastEvaluatedKey")
    return Uuid(key["id"]["S"]) if key else None
