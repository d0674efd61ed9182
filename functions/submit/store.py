"""Where feedback is kept: one table a kind, the write acknowledged before it returns."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from feedback import reservations as claiming
from feedback.reservations import Claim
from feedback.model import Feedback
from shared import uuids
from shared.dynamodb import CONGESTED_REASONS, Item, check_size, outages, text_map
from shared.errors import StorageUnavailable
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CLAIMS = "idempotency"
"""The table of claims, by the name that the store knows it by."""


class Row(NamedTuple):
    """An item that fits its table."""

    table: str
    item: Item


class FeedbackStore(Protocol):
    """Where rows are written."""

    def write(self, rows: Sequence[Row], claims: Sequence[Claim], now: int) -> Uuid | None:
        """Store all of it durably, or raise StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class DynamoFeedbackStore:
    """Rows in DynamoDB tables."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    """A kind's table to the name that the table has on AWS."""

    def write(self, rows: Sequence[Row], claims: Sequence[Claim], now: int) -> Uuid | None:
        """Write the rows and what they claim, all or none; DynamoDB has acknowledged it on return.

        Give the id of the feedback that was there first, if a claim was taken and its request is
        this one; nothing is written then. `now` is in seconds since 1970, and the same when the
        call is repeated. Raises StorageUnavailable, and what a claim that is settled raises.

        Safe to repeat: the row's key is new and its content the same, so a second put changes
        nothing; a transaction bears a token of its feedback's id, and DynamoDB does it once.
        """
        if len(rows) == 1 and not claims:
            with outages():
                self.client.put_item(TableName=self.tables[rows[0].table], Item=rows[0].item)
            return None
        puts = to_puts(self.tables, claims, rows, now)
        with outages():
            try:
                self.client.transact_write_items(TransactItems=puts, ClientRequestToken=token(rows))
            except self.client.exceptions.TransactionCanceledException as error:
                reasons: Any = error.response["CancellationReasons"]
                for claim, reason in zip(claims, reasons, strict=False):
                    if reason["Code"] in CONGESTED_REASONS:  # what it will answer comes first
                        raise StorageUnavailable(congested=True) from error
                    if "Item" in reason:
                        return claim.settle(reason["Item"])
                raise
        return None


def to_puts(
    tables: Mapping[str, str], claims: Sequence[Claim], rows: Sequence[Row], now: int
) -> list[Any]:
    """Give a transaction's puts: what is claimed, if it is free at that time, then the rows."""
    taken = [
        {
            "TableName": tables[CLAIMS],
            "Item": claim.to_item(),
            "ConditionExpression": claiming.FREE,
            "ExpressionAttributeNames": claiming.NAMES,
            "ExpressionAttributeValues": {":now": {"N": str(now)}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        for claim in claims
    ]
    stored = [{"TableName": tables[row.table], "Item": row.item} for row in rows]
    return [{"Put": put} for put in (*taken, *stored)]


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
    seconds, milliseconds = divmod(uuids.milliseconds(uuid), 1_000)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{moment}.{milliseconds:03}Z"


def token(rows: Sequence[Row]) -> str:
    """Name a transaction by the ids of all its feedback, so that DynamoDB does it once."""
    ids = ",".join(row.item["id"]["S"] for row in rows if "id" in row.item)
    return hashlib.sha256(ids.encode()).hexdigest()[:36]
