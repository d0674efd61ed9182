"""DynamoDB: the client, made for one request at a time, and which of its failures are outages."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004

from shared import VERSION
from shared.clock import Seconds
from shared.refusal import Refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WORST_CALL: Seconds = 12.0
"""How long one call takes at the very most: three attempts, and the pauses between."""

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


class StorageUnavailable(Refusal):
    """DynamoDB did not confirm a call: the same request may succeed later."""

    code = "storage_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 1

    def __init__(self, *, congested: bool = False) -> None:
        """`congested`: DynamoDB was too busy for the call, and may take it in a moment."""
        super().__init__("The database did not confirm this in time: try again")
        self.congested = congested


def connect(*, attempts: int = 3) -> "DynamoDBClient":
    """Make the client.

    A call has three attempts of at most three seconds each: DynamoDB answers in milliseconds, and
    a caller is better served by an early 503 than by a long wait. A short user agent saves a fifth
    of a call's work. The SDK does not validate parameters, since the tests do.
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
        congested = error.response["Error"]["Code"] in _CONGESTED
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if not congested and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        raise StorageUnavailable(congested=congested) from error
    except (ConnectionError, HTTPClientError) as error:
        raise StorageUnavailable from error
