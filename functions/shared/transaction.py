"""Transactions of DynamoDB: writes that are made all or none, and what stood against them."""

from typing import TYPE_CHECKING, Any, NamedTuple

from shared.dynamodb import outages
from shared.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_UNMET = "ConditionalCheckFailed"
_BUSY = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"})
"""Why DynamoDB cancels a transaction, a write of it each."""


class Obstacle(NamedTuple):
    """Why a write of a transaction was not made; where nothing stood against it, nothing is set."""

    held: Item | None = None
    """The item that was there, where the write asks for it."""
    congested: bool = False
    """Whether DynamoDB was too busy with the item: the transaction may pass in a moment."""
    unmet: bool = False
    """Whether the write's condition was not met."""


def transact(client: "DynamoDBClient", writes: list[Any], token: str) -> list[Obstacle] | None:
    """Make the writes, all or none; None if they are made, else an obstacle a write.

    By the token, DynamoDB makes them once if the call is made again. Raises StorageUnavailable,
    and Failure where DynamoDB cancels them for another reason than these.
    """
    with outages():
        try:
            client.transact_write_items(TransactItems=writes, ClientRequestToken=token)
        except client.exceptions.TransactionCanceledException as error:
            reasons: list[Any] = error.response["CancellationReasons"]
            if {reason["Code"] for reason in reasons} <= {"None", _UNMET, *_BUSY}:
                return [
                    Obstacle(reason.get("Item"), reason["Code"] in _BUSY, reason["Code"] == _UNMET)
                    for reason in reasons
                ]
            raise
    return None
