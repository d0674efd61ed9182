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


@dataclass(frozen=True, slots=True)
class Row:
    """An item that fits its table."""

    table: str
    item: Item


class FeedbackStore(Protocol):
    """Where rows are put."""

    def put(self, row: Row) -> None:
        """Store it durably, or raise StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class DynamoFeedbackStore:
    """Rows in DynamoDB tables."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    """A kind's table to the name that the table has on AWS."""

    def put(self, row: Row) -> None:
        """Write the row; DynamoDB has acknowledged it on return. Raises StorageUnavailable.

        The id is new, so the SDK's retry of a write whose answer was lost writes the same.
        """
        with outages():
            self.client.put_item(TableName=self.tables[row.table], Item=row.item)


def to_row(feedback: Feedback) -> Row:
    """Give a feedback's row. Raises ItemTooLarge if it is more than DynamoDB holds."""
    kind = feedback.metric.kind
    item = {
        **kind.describe(feedback),
        "id": {"S": feedback.id},
        "value": feedback.value,
        "tags": text_map(feedback.tags),
        "snapshot_hash": {"S": feedback.snapshot_hash},
        "timestamp": {"S": _timestamp(feedback.id)},
    }
    return Row(kind.table, check_size(item))


def _timestamp(uuid: Uuid) -> str:
    moment = datetime.fromtimestamp(uuids.milliseconds(uuid) / 1_000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
