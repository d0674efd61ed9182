"""DynamoDB: the client, made for one request at a time, and what its failures mean."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004

from runtime import VERSION
from runtime.errors import ItemTooLarge, StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Attribute: TypeAlias = dict[str, Any]
"""A value as DynamoDB spells it: `{"S": "text"}`, `{"N": "1.5"}`, `{"BOOL": True}`, `{"M": …}`."""
Item: TypeAlias = dict[str, Attribute]

MAX_ITEM = 400 * 1024
"""The largest item that DynamoDB holds, in bytes, names included."""

_TRANSIENT = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_TRANSIENT_REASONS = frozenset(
    {"None", "ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
)
_SERVER_ERROR = 500


def connect() -> "DynamoDBClient":
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
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=1,
            tcp_keepalive=True,
            parameter_validation=False,
            user_agent=f"tensorzero-feedback/{VERSION}",
        ),
    )


@contextmanager
def outages() -> Iterator[None]:
    """Turn throttling, timeouts and server errors into StorageUnavailable; the rest is a bug."""
    try:
        yield
    except ClientError as error:
        if _is_transient(error):
            raise _unavailable() from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise _unavailable() from error


def text_map(texts: Mapping[str, str]) -> Attribute:
    """Spell a mapping of texts as a DynamoDB map."""
    return {"M": {key: {"S": value} for key, value in texts.items()}}


def check_size(item: Item) -> Item:
    """Give the item back if DynamoDB can hold it; raise ItemTooLarge if not."""
    size = sum(_size(name) + _attribute_size(value) for name, value in item.items())
    if size > MAX_ITEM:
        raise ItemTooLarge(f"The item would take {size} bytes: at most {MAX_ITEM} can be stored")
    return item


def _is_transient(error: ClientError) -> bool:
    reasons = [reason["Code"] for reason in error.response.get("CancellationReasons", ())]
    if reasons:  # a transaction: one of its own accord, or together with others
        return {*reasons} <= _TRANSIENT_REASONS
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return error.response["Error"]["Code"] in _TRANSIENT or status >= _SERVER_ERROR


def _unavailable() -> StorageUnavailable:
    return StorageUnavailable("The database did not confirm this in time: try again")


def _attribute_size(attribute: Attribute) -> int:
    ((kind, value),) = attribute.items()
    if kind == "S":
        return _size(value)
    if kind == "N":
        return len(value) // 2 + 2
    if kind == "M":
        return 3 + sum(1 + _size(key) + _attribute_size(entry) for key, entry in value.items())
    return 1


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
