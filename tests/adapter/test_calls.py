"""How often DynamoDB is called for a request: that, and not our code, is what it costs."""

import json
from typing import Any

import pytest

from feedback.api import build
from feedback.service import Service
from feedback.store import DynamoFeedbackStore
from feedback.targets import Clock, DynamoTargets
from tests.adapter.conftest import Connect
from tests.adapter.loopback import Answer, Loopback, serve
from tests.unit.fakes import Invocation, catalog, uuid7

TABLES = {"boolean": "B", "float": "F", "comment": "C"}
FOUND = Answer(body=json.dumps({"Item": {"target_type": {"S": "inference"}}}))
INFERENCE = uuid7(1_700_000_000)
REQUESTS: list[dict[str, Any]] = [
    {"metric_name": "liked", "value": True, "inference_id": INFERENCE},
    {"metric_name": "distance", "value": 0.5, "inference_id": INFERENCE},
    {"metric_name": "comment", "value": "text", "inference_id": INFERENCE},
]


def _post(
    connect_to: Connect, loopback: Loopback, request: dict[str, Any], *, validated: bool
) -> int:
    client = connect_to(loopback.endpoint)
    service = Service(
        catalog(target_validation=validated),
        DynamoTargets(client, "T"),
        DynamoFeedbackStore(client, TABLES),
        Clock(),
    )
    status: int = build(service)({"body": json.dumps(request)}, Invocation())["statusCode"]
    return status


@pytest.mark.parametrize("request_", REQUESTS)
def test_without_target_validation_dynamodb_is_called_once(
    connect_to: Connect, request_: dict[str, Any]
) -> None:
    """To write."""
    with serve() as loopback:
        assert _post(connect_to, loopback, request_, validated=False) == 200

    [(operation, parameters)] = loopback.calls
    assert operation == "PutItem"
    assert set(parameters) == {"TableName", "Item"}


@pytest.mark.parametrize("request_", REQUESTS)
def test_with_target_validation_dynamodb_is_called_twice(
    connect_to: Connect, request_: dict[str, Any]
) -> None:
    """To look, strongly consistent, and to write."""
    with serve(FOUND, Answer()) as loopback:
        assert _post(connect_to, loopback, request_, validated=True) == 200

    assert loopback.operations == ["GetItem", "PutItem"]
    assert loopback.calls[0][1]["ConsistentRead"] is True


def test_a_dry_run_looks_and_does_not_write(connect_to: Connect) -> None:
    """With target validation."""
    with serve(FOUND) as loopback:
        assert _post(connect_to, loopback, {**REQUESTS[0], "dryrun": True}, validated=True) == 200

    assert loopback.operations == ["GetItem"]


def test_a_dry_run_without_target_validation_calls_nobody(connect_to: Connect) -> None:
    """There is nothing to look at."""
    with serve() as loopback:
        assert _post(connect_to, loopback, {**REQUESTS[0], "dryrun": True}, validated=False) == 200

    assert loopback.calls == []


@pytest.mark.parametrize("change", [{"value": 1}, {"metric_name": "nope"}, {"foo": 1}])
def test_a_refusal_that_needs_no_look_up_calls_nobody(
    connect_to: Connect, change: dict[str, Any]
) -> None:
    """It costs nothing but its own work."""
    with serve() as loopback:
        assert _post(connect_to, loopback, {**REQUESTS[0], **change}, validated=True) >= 400

    assert loopback.calls == []
