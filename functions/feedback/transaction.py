"""Transactions: rows and what they reserve, stored all or none."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from feedback.reservations import FREE, NAMES, TABLE, Reservation
from feedback.rows import Row
from shared.clock import Seconds
from shared.transaction import Obstacle, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_PUTS = 100
MAX_BYTES = 4 * 1024 * 1024
"""What DynamoDB takes in one transaction."""


def to_puts(
    tables: Mapping[str, str],
    reservations: Sequence[Reservation],
    rows: Sequence[Row],
    now: Seconds,
) -> list[Any]:
    """Spell the puts: what is reserved, on condition that it is free now, then the rows.

    `now` must be the same when a transaction is repeated.
    """
    reserved = [
        {
            "TableName": tables[TABLE],
            "Item": reservation.to_item(),
            "ConditionExpression": FREE,
            "ExpressionAttributeNames": NAMES,
            "ExpressionAttributeValues": {":now": {"N": str(int(now))}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        for reservation in reservations
    ]
    stored = [{"TableName": tables[row.table], "Item": row.item} for row in rows]
    return [{"Put": put} for put in (*reserved, *stored)]


def store(client: "DynamoDBClient", puts: list[Any], rows: Sequence[Row]) -> list[Obstacle] | None:
    """Make the puts of these rows, all or none; None if they are made, else an obstacle a put.

    Safe to repeat: a token of the rows' ids lets DynamoDB make them once. Raises
    StorageUnavailable.
    """
    return transact(client, puts, _token(rows))


def _token(rows: Sequence[Row]) -> str:
    ids = ",".join(row.item["id"]["S"] for row in rows if "id" in row.item)
    return hashlib.sha256(ids.encode()).hexdigest()[:36]
