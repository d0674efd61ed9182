"""The built artefact under Lambda's own runtime client, with its layers and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from runtime import uuids
from tests.e2e.lambda_runtime import Runtime, runtime
from tools.stack import Stack

EVENT = {"version": "2.0", "headers": {}, "isBase64Encoded": False}


@pytest.fixture
def environ(stack: Stack) -> dict[str, str]:
    """Give a function the variables that the template gives it, and the emulator's address."""
    aws = {name: value for name, value in stack.aws.environment().items() if "AWS_" in name}
    tables = {
        "BOOLEAN_TABLE": "BooleanMetricFeedback",
        "FLOAT_TABLE": "FloatMetricFeedback",
        "COMMENT_TABLE": "CommentFeedback",
        "DEMONSTRATION_TABLE": "DemonstrationFeedback",
        "EVALUATION_TABLE": "EvaluationHumanFeedback",
        "TARGET_TABLE": "Target",
    }
    return {**aws, **{name: stack.table(table) for name, table in tables.items()}}


def _feedback(lambda_: Runtime, **body: object) -> dict[str, Any]:
    kind, reply = lambda_.invoke({**EVENT, "body": json.dumps(body)})
    assert kind == "response", reply
    return {"status": reply["statusCode"], **json.loads(reply["body"])}


def test_every_package_that_a_function_needs_is_in_its_layers(
    stack: Stack, environ: dict[str, str], inference: dict[str, str], tmp_path: Path
) -> None:
    """A metric, and a demonstration, which needs the schema library."""
    with runtime("FeedbackFunction", "feedback.app.handler", tmp_path, environ) as lambda_:
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
    ("function", "handler", "event"),
    [
        ("InferencesFunction", "inferences.app.handler", {**EVENT, "body": "{}"}),
        ("StatusFunction", "status.app.handler", {**EVENT, "routeKey": "GET /health"}),
        (
            "EvaluationsFunction",
            "evaluations.app.handler",
            {**EVENT, "body": "{}", "pathParameters": {"datapoint_id": uuids.new()}},
        ),
    ],
)
def test_every_other_function_starts_and_answers(
    function: str, handler: str, event: dict[str, Any], environ: dict[str, str], tmp_path: Path
) -> None:
    """Whatever it answers, it is an answer."""
    with runtime(function, handler, tmp_path, environ) as lambda_:
        kind, reply = lambda_.invoke(event)

    assert (kind, reply["statusCode"]) in {("response", 200), ("response", 400)}, reply


def test_killing_the_function_right_after_its_answer_loses_nothing(
    stack: Stack, environ: dict[str, str], inference: dict[str, str], tmp_path: Path
) -> None:
    """Ten times: an answer, and at once SIGKILL; the row is there each time."""
    answered = []
    for attempt in range(10):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        with runtime("FeedbackFunction", "feedback.app.handler", folder, environ) as lambda_:
            answer = _feedback(
                lambda_,
                metric_name="draft_accepted",
                value=True,
                inference_id=inference["inference_id"],
            )
            lambda_.process.kill()
        answered.append(answer["feedback_id"])

    assert set(answered) <= {item["id"]["S"] for item in stack.items("BooleanMetricFeedback")}
