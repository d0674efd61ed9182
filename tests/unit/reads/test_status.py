"""GET /status and GET /health: TensorZero's shapes, and a look at DynamoDB."""

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from reads.status import build
from shared import VERSION
from tests.unit.fakes import Invocation, catalog

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Database:
    """A client that answers each look in the same way, and counts them."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.looks: list[dict[str, Any]] = []

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Find nothing, or fail."""
        self.looks.append(request)
        if self.failure is not None:
            raise self.failure
        return {}


def _get(
    route: str, database: Database, context: dict[str, Any] | None = None
) -> tuple[int, dict[str, Any]]:
    handler = build(catalog(), cast("DynamoDBClient", database), "targets")
    caller = {"requestContext": {"authorizer": {"lambda": context}}} if context else {}
    reply = handler({"routeKey": route, **caller}, Invocation())
    assert reply["headers"] == {"content-type": "application/json"}
    return reply["statusCode"], json.loads(reply["body"])


def _error(code: str, status: int) -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": ""},
            "ResponseMetadata": {
                "HTTPStatusCode": status,
                "RequestId": "",
                "HostId": "",
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        "GetItem",
    )


def test_the_status_tells_version_and_configuration() -> None:
    """In TensorZero's shape, without asking DynamoDB."""
    database = Database()

    assert _get("GET /status", database) == (
        200,
        {"status": "ok", "version": VERSION, "config_hash": "5f" * 32},
    )
    assert database.looks == []


def test_health_looks_at_dynamodb_once() -> None:
    """At a key that nothing has."""
    database = Database()

    assert _get("GET /health", database) == (200, {"gateway": "ok", "dynamodb": "ok"})
    [look] = database.looks
    assert look["TableName"] == "targets"
    assert look["Key"] == {"target_id": {"S": "00000000-0000-0000-0000-000000000000"}}


@pytest.mark.parametrize(
    "failure",
    [
        _error("ThrottlingException", 400),
        _error("InternalServerError", 500),
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
)
def test_an_outage_is_told(failure: Exception) -> None:
    """As TensorZero tells one of its databases."""
    assert _get("GET /health", Database(failure)) == (
        503,
        {"gateway": "ok", "dynamodb": "error"},
    )


def test_a_mistake_of_ours_is_no_outage() -> None:
    """It escapes, to Lambda's errors."""
    with pytest.raises(ClientError):
        _get("GET /health", Database(_error("AccessDeniedException", 400)))


@pytest.mark.parametrize("route", ["GET /status", "GET /health"])
def test_a_credential_that_has_expired_learns_nothing(route: str) -> None:
    """Though the authorizer's answer is cached."""
    database = Database()
    context = {"credential": "api_key", "public_id": "abcdefghijkl", "expires_at": 1}

    status, body = _get(route, database, context)

    assert (status, body["code"]) == (401, "credential_expired")
    assert database.looks == []
