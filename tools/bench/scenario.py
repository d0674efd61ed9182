"""The rows of the benchmark: requests as API Gateway sends them, and what is recorded for them."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

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


RECORDED = {
    INFERENCE: _record(INFERENCE, "draft_reply"),
    JSON_INFERENCE: _record(JSON_INFERENCE, "classify_ticket"),
}
"""What the table of targets holds."""
FEEDBACK = {
    "metric_name": "task_success",
    "inference_id": INFERENCE,
    "value": True,
    "tags": {"source": "web", "experiment": "b", "release": "2026-06"},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One request, and the DynamoDB calls that it must make: the floor makes the same."""

    name: str
    body: dict[str, Any]
    operations: tuple[str, ...]
    target_validation: bool = True
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


def event(body: dict[str, Any]) -> dict[str, Any]:
    """Make the event of `POST /feedback`, in API Gateway's payload format 2.0."""
    host = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
    text = json.dumps(body, separators=(",", ":"))
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
            "user-agent": "tensorzero-python/2026.6.0",
            "x-amzn-trace-id": "Root=1-667bd1f2-0f1e2d3c4b5a69788796a5b4",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
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
