"""The rows of the benchmark: requests of every function as API Gateway sends them, with aims."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from benchmarks.bench import recorded
from tools.event import authorization, event


@dataclass(frozen=True, slots=True)
class Aims:
    """What a row may cost, in times what the bare SDK's same calls do."""

    first: float
    """From the process's start until its first answer."""
    warm: float
    """A request after that."""
    memory: float = 30
    """In MiB."""


METRIC = Aims(first=0.3, warm=0.27)
OTHER = Aims(first=0.35, warm=0.35)
"""Of a demonstration, and of a request with a key."""
REFUSED = Aims(first=0.3, warm=0.1)
"""Of a refusal: what it took before the SDK was left out, beside a bare put."""
SDK_ALONE = Aims(first=0.736, warm=0.777, memory=45)
"""Of a metric by the SDK alone: what it took before calls had a deadline."""

SINGLE, LARGE = (20, 60), (5, 15)
"""How many requests are made: a warm one is the difference, over how many these differ by."""


@dataclass(frozen=True, slots=True)
class Row:
    """One request, and the DynamoDB calls that it must make: the bare SDK makes the same."""

    name: str
    function: str
    """The package that answers."""
    event: dict[str, Any]
    operations: tuple[str, ...]
    """In any order: some calls are made side by side."""
    expected: dict[str, Any]
    """What its answer must hold."""
    aims: Aims | None = None
    """At most so many times the bare SDK; None: it is only shown."""
    target_validation: bool = True
    times: tuple[int, int] = SINGLE


def request(  # noqa: PLR0913 - what makes a row, each by its name
    name: str,
    body: object,
    operations: tuple[str, ...],
    aims: Aims | None = None,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    target_validation: bool = True,
    function: str = "submit",
    route: str = "POST /feedback",
    times: tuple[int, int] = SINGLE,
    **given: Any,  # noqa: ANN401 - more of the event's parts
) -> Row:
    """Make a row of what API Gateway passes on."""
    text = None if body is None else json.dumps(body, separators=(",", ":"))
    made = event(text, route=route, **given)
    expected = {"statusCode": status}
    return Row(name, function, made, operations, expected, aims, target_validation, times)


def decision(name: str, credential: str) -> Row:
    """Make a row of what API Gateway asks the authorizer."""
    asked = authorization(credential)
    return Row(name, "authorizer", asked, ("GetItem",), {"isAuthorized": True})


FEEDBACK = recorded.FEEDBACK
DEMONSTRATION = {"metric_name": "demonstration", "inference_id": recorded.INFERENCE}
CALL = {
    "type": "tool_call",
    "id": "call_1",
    "name": "find_order",
    "arguments": {"customer_email": "ada@example.com", "order_number": "AB-123456"},
}
RECORD = {
    "inference_id": recorded.INFERENCE,
    "episode_id": recorded.EPISODE,
    "function_name": "draft_reply",
    "variant_name": "baseline",
    "tool_choice": "auto",
    "output": [{"type": "text", "text": "Your order is on its way."}],
}
LIST = "GET /internal/feedback/{target_id}"
ABOUT = {"target_id": recorded.INFERENCE}


def _batch(elements: int) -> Row:
    batch = [{**FEEDBACK, "inference_id": one} for one in recorded.INFERENCES[:elements]]
    return request(
        f"batch of {elements}",
        batch,
        ("BatchGetItem", *["BatchWriteItem"] * -(-elements // 25)),
        function="batch",
        route="POST /feedback/batch",
        times=LARGE,
    )


PUT = request(
    "metric without target validation", FEEDBACK, ("PutItem",), METRIC, target_validation=False
)
GET_AND_PUT = request("metric with target validation", FEEDBACK, ("GetItem", "PutItem"), METRIC)
ROWS = (
    PUT,
    GET_AND_PUT,
    request(
        "metric, the caller has an API key",
        FEEDBACK,
        ("GetItem", "PutItem"),
        METRIC,
        caller={"credential": "api_key", "public_id": "abcdefghijkl"},
    ),
    request(
        "metric with a new idempotency key",
        FEEDBACK,
        ("BatchGetItem", "TransactWriteItems"),
        OTHER,
        headers={"idempotency-key": "d3b07384-d113-4ec6-a7d8-6f4a3a2ab1f3"},
    ),
    request(
        "metric with a used idempotency key",
        FEEDBACK,
        ("BatchGetItem",),
        OTHER,
        headers={"idempotency-key": recorded.USED},
    ),
    request(
        "demonstration: tool call",
        {**DEMONSTRATION, "value": [CALL]},
        ("GetItem", "PutItem"),
        OTHER,
    ),
    request(
        "demonstration: JSON",
        {
            **DEMONSTRATION,
            "inference_id": recorded.JSON_INFERENCE,
            "value": {"topic": "billing", "urgent": True},
        },
        ("GetItem", "PutItem"),
        OTHER,
    ),
    request(
        "refusal: unknown metric",
        {**FEEDBACK, "metric_name": "unheard_of"},
        (),
        REFUSED,
        status=HTTPStatus.NOT_FOUND,
    ),
    _batch(1),
    _batch(25),
    _batch(100),
    request(
        "read: receipt",
        None,
        ("BatchGetItem",),
        function="reads",
        route=f"{LIST}/{{feedback_id}}",
        parameters={**ABOUT, "feedback_id": recorded.ROWS[0]["id"]["S"]},
    ),
    request(
        "read: list of 20",
        None,
        ("Query",) * 4,
        function="reads",
        route=LIST,
        parameters=ABOUT,
    ),
    request(
        "inference",
        RECORD,
        ("PutItem", "PutItem"),
        function="inferences",
        route="POST /internal/inferences",
    ),
    decision("authorizer: API key", recorded.API_KEY),
    decision("authorizer: token", recorded.TOKEN),
)

TAGS, BLOCKS = 100, 100
GROWTH = (
    request(
        f"metric with {TAGS} tags",
        {**FEEDBACK, "tags": {f"tag_{place:03}": "a value" for place in range(TAGS)}},
        ("GetItem", "PutItem"),
        times=LARGE,
    ),
    request(
        f"demonstration of {BLOCKS} tool calls",
        {**DEMONSTRATION, "value": [CALL] * BLOCKS},
        ("GetItem", "PutItem"),
        times=LARGE,
    ),
)
"""Large requests, to see what one part more costs."""
