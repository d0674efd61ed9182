"""Where feedback is kept: one table a kind, the write acknowledged before it returns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from feedback.model import Feedback
from runtime import uuids
from runtime.dynamodb import Item, check_size, outages, text_map
from runtime.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef


@dataclass(frozen=True, slots=True)
class Row:
    """An item that fits its table."""

    table: str
    item: Item


class FeedbackStore(Protocol):
    """Where rows are written."""

    def write(self, rows: list[Row]) -> None:
        """Store all of them durably, or raise StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class DynamoFeedbackStore:
    """Rows in DynamoDB tables."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    """A kind's table to the name that the table has on AWS."""

    def write(self, rows: list[Row]) -> None:
        """Write the rows, all or none; DynamoDB has acknowledged it on return.

        Raises StorageUnavailable. The ids are new, so the SDK's retry of a write whose answer
        was lost writes the same.
        """
        puts: list[PutTypeDef] = [
            {"TableName": self.tables[row.table], "Item": row.item} for row in rows
        ]
        with outages():
            if len(puts) == 1:
                self.client.put_item(**puts[0])
            else:
                self.client.transact_write_items(TransactItems=[{"Put": put} for put in puts])


def to_row(feedback: Feedback) -> Row:
    """Give a feedback's row. Raises ItemTooLarge if it is more than DynamoDB holds."""
    kind = feedback.metric.kind
    item = {
        **kind.describe(feedback),
        "id": {"S": feedback.id},
        "value": feedback.value,
        "tags": text_map(feedback.tags),
        "snapshot_hash": {"S": feedback.snapshot_hash},
        "timestamp": {"S": timestamp(feedback.id)},
    }
    return Row(kind.table, check_size(item))


def timestamp(uuid: Uuid) -> str:
    """Spell the time that an id was minted at: RFC 3339 in UTC, milliseconds."""
    moment = datetime.fromtimestamp(uuids.milliseconds(uuid) / 1_000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
