"""The rows of the benchmark: requests as API Gateway sends them, and what is recorded for them."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

from feedback.request import FeedbackRequest
from feedback.reservations import of_key
from shared import uuids
from shared.caller import ANYBODY

Item: TypeAlias = dict[str, Any]

INFERENCE = "0190b1a2-7c3d-7e4f-8a5b-6c7d8e9f0a1b"
EPISODE = "0190b1a2-7c3a-7bbb-9c1d-2e3f4a5b6c7d"
JSON_INFERENCE = "0190b1a2-7c3d-7e4f-8a5b-6c7d8e9f0a1c"


def _record(inference: str, function: str) -> Item:
    return {
        "target_id": {"S": inference},
        "target_type": {"S": "inference"},
        "function_name": {"S": function},
        "variant_name": {"S": "baseline"},
        "episode_id": {"S": EPISODE},
    }


FEEDBACK: dict[str, Any] = {
    "metric_name": "task_success",
    "inference_id": INFERENCE,
    "value": True,
    "tags": {"source": "web", "experiment": "b", "release": "2026-06"},
}
USED = "8e03978e-40d5-43dd-bc93-6894a57f9324"
"""An idempotency key that was sent before, with FEEDBACK."""
_FIRST = of_key(USED, FeedbackRequest.parse(FEEDBACK), ANYBODY, uuids.new(), 2**40)
RECORDED = {
    INFERENCE: _record(INFERENCE, "draft_reply"),
    JSON_INFERENCE: _record(JSON_INFERENCE, "classify_ticket"),
    _FIRST.key: _FIRST.to_item(),
}
"""What the tables of targets and of reservations hold, by their keys."""


@dataclass(frozen=True, slots=True)
class Row:
    """One request, and the DynamoDB calls that it must make: the floor makes the same."""

    name: str
    body: dict[str, Any]
    operations: tuple[str, ...]
    target_validation: bool = True
    key: str | None = None
    """The Idempotency-Key that it is sent with."""
    caller: dict[str, str] | None = None
    """What the authorizer says of who sends it."""
    status: HTTPStatus = HTTPStatus.OK
    aimed: bool = True
    """Whether it is held to the aims: what metrics and comments are."""


CALL = {
    "type": "tool_call",
    "id": "call_1",
    "name": "find_order",
    "arguments": {"customer_email": "ada@example.com", "order_number": "AB-123456"},
}
ROWS = (
    Row("metric without target validation", FEEDBACK, ("PutItem",), target_validation=False),
    Row("metric with target validation", FEEDBACK, ("GetItem", "PutItem")),
    Row(
        "metric, the caller has an API key",
        FEEDBACK,
        ("GetItem", "PutItem"),
        caller={"credential": "api_key", "public_id": "abcdefghijkl"},
    ),
    Row(
        "metric with a new idempotency key",
        FEEDBACK,
        ("BatchGetItem", "TransactWriteItems"),
        key="d3b07384-d113-4ec6-a7d8-6f4a3a2ab1f3",
        aimed=False,
    ),
    Row(
        "metric with a used idempotency key",
        FEEDBACK,
        ("BatchGetItem",),
        key=USED,
        aimed=False,
    ),
    Row(
        "demonstration: tool call",
        {"metric_name": "demonstration", "inference_id": INFERENCE, "value": [CALL]},
        ("GetItem", "PutItem"),
        aimed=False,
    ),
    Row(
        "demonstration: JSON",
        {
            "metric_name": "demonstration",
            "inference_id": JSON_INFERENCE,
            "value": {"topic": "billing", "urgent": True},
        },
        ("GetItem", "PutItem"),
        aimed=False,
    ),
    Row(
        "refusal: unknown metric",
        {**FEEDBACK, "metric_name": "unheard_of"},
        (),
        status=HTTPStatus.NOT_FOUND,
        aimed=False,
    ),
)


def event(row: Row) -> dict[str, Any]:
    """Make the event of `POST /feedback`, in API Gateway's payload format 2.0."""
    host = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
    text = json.dumps(row.body, separators=(",", ":"))
    return {
        "version": "2.0",
        "routeKey": "POST /feedback",
        "rawPath": "/feedback",
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "accept-encoding": "gzip, deflate",
            "content-length": str(len(text)),
            "content-type": "application/json",
            "host": host,
            **({"idempotency-key": row.key} if row.key else {}),
            "user-agent": "tensorzero-python/2026.6.0",
            "x-amzn-trace-id": "Root=1-667bd1f2-0f1e2d3c4b5a69788796a5b4",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            **({"authorizer": {"lambda": row.caller}} if row.caller else {}),
            "domainName": host,
            "domainPrefix": "a1b2c3d4e5",
            "http": {
                "method": "POST",
                "path": "/feedback",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "tensorzero-python/2026.6.0",
            },
            "requestId": "aBcDeFgHIAMEJzA=",
            "routeKey": "POST /feedback",
            "stage": "$default",
            "time": "26/Jun/2026:08:30:42 +0000",
            "timeEpoch": 1782462642000,
        },
        "body": text,
        "isBase64Encoded": False,
    }
