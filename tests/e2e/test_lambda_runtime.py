"""The built artefact under Lambda's own runtime client, with its layers and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared import uuids
from tests.e2e.lambda_runtime import runtime
from tests.support.runtime_api import Runtime
from tools.credentials import TokenKey
from tools.stack import Stack

EVENT = {"version": "2.0", "headers": {}, "isBase64Encoded": False}


def _feedback(lambda_: Runtime, **body: object) -> dict[str, Any]:
    kind, reply = lambda_.invoke({**EVENT, "body": json.dumps(body)})
    assert kind == "response", reply
    return {"status": reply["statusCode"], **json.loads(reply["body"])}


def test_every_package_that_a_function_needs_is_in_its_layers(
    stack: Stack, tables: dict[str, str], inference: dict[str, str], tmp_path: Path
) -> None:
    """A metric, and a demonstration, which needs the schema library."""
    with runtime("SubmitFunction", tmp_path, stack.aws, tables) as lambda_:
        inference_id = inference["inference_id"]
        metric = _feedback(
            lambda_, metric_name="draft_accepted", value=True, inference_id=inference_id
        )
        arguments = {"customer_email": "a@example.com", "order_number": None}
        call = {"type": "tool_call", "id": "1", "name": "find_order", "arguments": arguments}
        demonstration = _feedback(
            lambda_, metric_name="demonstration", value=[call], inference_id=inference_id
        )

    assert (metric["status"], demonstration["status"]) == (200, 200)
    stored = {item["id"]["S"] for item in stack.items("BooleanMetricFeedback")}
    assert metric["feedback_id"] in stored


@pytest.mark.parametrize(
    ("function", "event"),
    [
        ("InferencesFunction", {"body": "{}"}),
        ("ReadsFunction", {"routeKey": "GET /health"}),
        ("BatchFunction", {"body": "[]"}),
    ],
)
def test_every_other_function_starts_and_answers(
    function: str, event: dict[str, Any], stack: Stack, tables: dict[str, str], tmp_path: Path
) -> None:
    """Whatever it answers, it is an answer."""
    with runtime(function, tmp_path, stack.aws, tables) as lambda_:
        kind, reply = lambda_.invoke({**EVENT, **event})

    assert kind == "response", reply
    assert reply["statusCode"] in {200, 400, 404}


def test_the_authorizer_lets_a_key_and_a_token_through(
    stack: Stack, tables: dict[str, str], token_key: TokenKey, tmp_path: Path
) -> None:
    """The library for tokens, and what that needs, is in a layer of its own."""
    route = "POST /feedback"
    credentials = [stack.new_key(), token_key.mint(uuids.new())]
    with runtime("AuthorizerFunction", tmp_path, stack.aws, tables) as lambda_:
        decisions = [
            lambda_.invoke({"identitySource": [f"Bearer {one}", route], "routeKey": route})
            for one in credentials
        ]

    assert [kind for kind, _ in decisions] == ["response", "response"]
    assert [decision["isAuthorized"] for _, decision in decisions] == [True, True]
    assert [decision["context"]["credential"] for _, decision in decisions] == ["api_key", "token"]
