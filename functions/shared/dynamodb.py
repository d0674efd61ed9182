"""DynamoDB: the client, made for one request at a time, and which of its failures are outages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias, cast

from shared.clock import Seconds
from shared.deadline import RESERVE
from shared.direct import connect as direct
from shared.direct import failure as failures
from shared.direct.client import LEAST
from shared.direct.failure import Unreachable
from shared.refusal import Refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Failure: TypeAlias = failures.Failure
"""What a call raises that DynamoDB answered by an error."""

SHORTEST_CALL: Seconds = RESERVE + LEAST
"""How much of an invocation must be left for a call to begin; its deadline does the rest."""

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


def connect(environment: Mapping[str, str]) -> "DynamoDBClient":
    """Make the client that this environment asks for.

    It is typed as the SDK's, whose methods, parameters and dictionaries it has; which of them, and
    how long a call takes, says `shared.direct.client`.
    """
    return cast("DynamoDBClient", direct.connect(environment))


@contextmanager
def outages() -> Iterator[None]:
    """Turn throttling, conflicts, timeouts and server errors into StorageUnavailable.

    Whatever else fails is a bug, and passes.
    """
    try:
        yield
    except Failure as error:
        congested = error.response["Error"]["Code"] in _CONGESTED
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if not congested and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        raise StorageUnavailable(congested=congested) from error.__cause__ or error
    except Unreachable as error:
        raise StorageUnavailable from error.__cause__ or error


def is_invalid(failure: Failure) -> bool:
    """Whether DynamoDB refused the call because of an item in it, and has written nothing."""
    reasons = failure.response.get("CancellationReasons", ())
    codes = {failure.response["Error"]["Code"], *(reason["Code"] for reason in reasons)}
    return not codes.isdisjoint({"ValidationException", "ValidationError"})
