"""GET /status and GET /health: TensorZero's shapes, and whether DynamoDB answers."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from shared import VERSION
from tests.unit.conftest import Output
from tests.unit.reads.database import CONFIG_HASH, TABLES, Database


def _error(code: str, status: int) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": ""},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "GetItem")


@pytest.mark.usefixtures("output")
def test_the_status_is_version_and_configuration() -> None:
    """DynamoDB is not asked."""
    database = Database()
    status = {"status": "ok", "version": VERSION, "config_hash": CONFIG_HASH}

    assert database.get("GET /status") == (200, status)
    assert database.asked == []


@pytest.mark.usefixtures("output")
def test_health_reads_a_table() -> None:
    """At a key that nothing has."""
    database = Database()
    key = {"target_id": {"S": "00000000-0000-0000-0000-000000000000"}}

    assert database.get("GET /health") == (200, {"gateway": "ok", "dynamodb": "ok"})
    assert database.asked == [{"TableName": TABLES["target"], "Key": key}]


@pytest.mark.parametrize(
    "failure",
    [
        _error("ThrottlingException", 400),
        _error("InternalServerError", 500),
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
    ids=["throttled", "broken", "timeout"],
)
def test_an_outage_is_reported_in_the_shape_of_a_health_check(
    failure: Exception, output: Output
) -> None:
    """And counted as every outage is."""
    answered = Database(failure=failure).get("GET /health")

    assert answered == (503, {"gateway": "ok", "dynamodb": "error"})
    [metric], [line] = output()
    assert metric["StorageUnavailable"] == [1.0]
    assert line["code"] == "storage_unavailable"


def test_a_mistake_of_ours_is_no_outage() -> None:
    """It escapes, to Lambda's errors."""
    with pytest.raises(ClientError):
        Database(failure=_error("AccessDeniedException", 400)).get("GET /health")
