"""The table of aggregates, and what is looked up beside it: asked for a call at a time."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from aggregates import layout
from shared.clock import Seconds, TimeLeft
from shared.database import Database
from shared.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HIGHEST = "\U0010ffff"
"""What follows, in the order of sort keys, on every other text that begins alike."""


class Range(NamedTuple):
    """A part of a partition: the items whose sort keys lie between two texts, both included."""

    key: str
    first: str
    last: str
    newest_first: bool = False
    """Whether it is read from its end on."""
    limit: int | None = None
    """How many items a call reads at most; it ends at 1 MB in any case."""
    attributes: tuple[str, ...] = ()
    """The attributes that are returned; all, if it is empty."""


class Chunk(NamedTuple):
    """What one call reads of a range."""

    items: list[Item]
    last: str | None
    """The sort key to go on after; None at the range's end."""


class Table(Protocol):
    """Where aggregates are read, by one thread at a time."""

    def generation(self, time_left: TimeLeft) -> int:
        """Return which aggregates are in force. Raises StorageUnavailable."""

    def chunk(self, range_: Range, after: str | None, time_left: TimeLeft) -> Chunk:
        """Return items of a range, from its beginning or a place on. Raises StorageUnavailable."""

    def find(self, table: str, keys: Sequence[Item], time_left: TimeLeft) -> list[Item]:
        """Look items of any table up, in no order. Raises StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class DynamoTable:
    """The table in DynamoDB, read strongly consistently; with a client that no other thread uses.

    `tables` are the names of all, by their keys: where aggregates are off, theirs is not there.
    """

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    sleep: Callable[[Seconds], None] = time.sleep

    def generation(self, time_left: TimeLeft) -> int:
        """Return which aggregates are in force, in one call."""
        database = self._database(time_left)
        answer = database.call(
            self.client.get_item,
            TableName=self.tables[layout.TABLE],
            Key=layout.STATE,
            ConsistentRead=True,
        )
        return layout.read_state(answer.get("Item"))[0]

    def chunk(self, range_: Range, after: str | None, time_left: TimeLeft) -> Chunk:
        """Return items of a range, in one call."""
        parameters = self._parameters(range_)
        if after is not None:
            parameters["ExclusiveStartKey"] = layout.key_of(range_.key, after)
        answer = self._database(time_left).call(self.client.query, **parameters)
        last = answer.get("LastEvaluatedKey")
        return Chunk(answer["Items"], last["sort"]["S"] if last else None)

    def find(self, table: str, keys: Sequence[Item], time_left: TimeLeft) -> list[Item]:
        """Look items up, in as few calls as possible."""
        asked = ((self.tables[table], key) for key in keys)
        return [item for _, item in self._database(time_left).get(asked)]

    def _database(self, time_left: TimeLeft) -> Database:
        return Database(self.client, time_left, self.sleep)

    def _parameters(self, range_: Range) -> dict[str, Any]:
        names = {"#key": "key", "#sort": "sort"}
        parameters: dict[str, Any] = {
            "TableName": self.tables[layout.TABLE],
            "KeyConditionExpression": "#key = :key AND #sort BETWEEN :first AND :last",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {
                ":key": {"S": range_.key},
                ":first": {"S": range_.first},
                ":last": {"S": range_.last},
            },
            "ScanIndexForward": not range_.newest_first,
            "ConsistentRead": True,
        }
        if range_.limit is not None:
            parameters["Limit"] = range_.limit
        if range_.attributes:
            asked = {f"#a{number}": name for number, name in enumerate(range_.attributes)}
            names.update(asked)
            parameters["ProjectionExpression"] = ",".join(("#sort", *asked))
        return parameters
