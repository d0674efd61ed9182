"""DynamoDB: the client, made for one request at a time, and what its failures mean."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004

from shared import VERSION
from shared.errors import ItemTooLarge, StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Attribute: TypeAlias = dict[str, Any]
"""A value as DynamoDB spells it: `{"S": "text"}`, `{"N": "1.5"}`, `{"BOOL": True}`, `{"M": …}`."""
Item: TypeAlias = dict[str, Attribute]

MAX_ITEM = 400 * 1024
"""The largest item that DynamoDB holds, in bytes, names included."""

WORST_CALL = 12.0
"""How long one call takes at the very most, in seconds: three attempts, and the pauses between."""

_CONGESTED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
CONGESTED_REASONS = frozenset(
    {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
)
"""Why DynamoDB cancels a transaction that may well pass in a moment."""
_SERVER_ERROR = 500


def connect(*, attempts: int = 3) -> "DynamoDBClient":
    """Build the client.

    Three attempts of at most three seconds each; DynamoDB answers in milliseconds, and what
    it does not answer by then is better told than waited for. Our own user agent saves a
    fifth of a call's work; the items are ours, so tests validate them instead of each call.
    """
    return boto3.client(
        "dynamodb",
        config=Config(
            connect_timeout=1,
            read_timeout=2,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=1,
            tcp_keepalive=True,
            parameter_validation=False,
            user_agent=f"tensorzero-feedback/{VERSION}",
        ),
    )


@contextmanager
def outages() -> Iterator[None]:
    """Turn throttling, conflicts, timeouts and server errors into StorageUnavailable.

    Whatever else fails is a bug, and passes.
    """
    try:
        yield
    except ClientError as error:
        congested = _is_congested(error)
        if not congested and error.response["ResponseMetadata"]["HTTPStatusCode"] < _SERVER_ERROR:
            raise
        raise StorageUnavailable(congested=congested) from error
    except (ConnectionError, HTTPClientError) as error:
        raise StorageUnavailable from error


def text_map(texts: Mapping[str, str]) -> Attribute:
    """Spell a mapping of texts as a DynamoDB map."""
    return {"M": {key: {"S": value} for key, value in texts.items()}}


def check_size(item: Item) -> Item:
    """Give the item back if DynamoDB can hold it; raise ItemTooLarge if not."""
    size = item_size(item)
    if size > MAX_ITEM:
        raise ItemTooLarge(f"The item would take {size} bytes: at most {MAX_ITEM} can be stored")
    return item


def item_size(item: Item) -> int:
    """Count an item's bytes as DynamoDB does, names included, or a few more."""
    size = 0
    for name, value in item.items():
        size += _size(name) + _attribute_size(value)
    return size


def _is_congested(error: ClientError) -> bool:
    reasons = [reason["Code"] for reason in error.response.get("CancellationReasons", ())]
    if reasons:  # a transaction: one of its own accord, or together with others
        return {*reasons} <= {"None", *CONGESTED_REASONS}
    return error.response["Error"]["Code"] in _CONGESTED


def _attribute_size(attribute: Attribute) -> int:
    ((kind, value),) = attribute.items()
    if kind == "S":
        return _size(value)
    if kind == "N":
        return len(value) // 2 + 2
    if kind == "M":
        return 3 + len(value) + item_size(value)
    return 1


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
