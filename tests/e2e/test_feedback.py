"""Feedback over HTTP: what is answered 200 is in its table, what is refused is nowhere."""

import time
from typing import Any

import pytest

from feedback.kinds.registry import KINDS
from feedback.rows import LABELS
from shared import uuids
from tests.support.lambdas import TABLES
from tools.follow import PLATFORM_LINES
from tools.http import Caller
from tools.stack import Stack

ACCEPTED: list[tuple[str, str, object, str, dict[str, Any]]] = [
    ("draft_accepted", "inference_id", True, "BooleanMetricFeedback", {"BOOL": True}),
    ("ticket_resolved", "episode_id", False, "BooleanMetricFeedback", {"BOOL": False}),
    ("edit_distance", "inference_id", 0.25, "FloatMetricFeedback", {"N": "0.25"}),
    ("user_rating", "episode_id", 5, "FloatMetricFeedback", {"N": "5"}),
    ("comment", "inference_id", "good", "CommentFeedback", {"S": "good"}),
    ("comment", "episode_id", "Grüße \u0000", "CommentFeedback", {"S": "Grüße \u0000"}),
]


def _rows(stack: Stack, feedback_id: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (table, item)
        for table in [TABLES[key] for key in (*KINDS, LABELS)]
        for item in stack.items(table)
        if feedback_id in {item.get("id", {}).get("S"), item.get("feedback_id", {}).get("S")}
    ]


@pytest.mark.parametrize(("metric", "level", "value", "table", "stored"), ACCEPTED)
def test_accepted_feedback_is_in_its_table_and_nowhere_else(
    metric: str,
    level: str,
    value: object,
    table: str,
    stored: dict[str, Any],
    stack: Stack,
    key: str,
    call: Caller,
    inference: dict[str, str],
) -> None:
    """One row, with its value, tags, hash and time; and whose key it was."""
    answer = call.feedback(
        metric_name=metric, value=value, tags={"author": "e2e"}, **{level: inference[level]}
    )

    assert answer.status == 200, answer
    ((where, item),) = _rows(stack, answer.body["feedback_id"])
    assert where == table
    assert item["target_id"] == {"S": inference[level]}
    assert item["value"] == stored
    public_id = key.split("-")[2]
    assert item["tags"] == {
        "M": {"author": {"S": "e2e"}, "tensorzero::api_key_public_id": {"S": public_id}}
    }
    assert item["snapshot_hash"] == {"S": call.send("GET", "/status").body["config_hash"]}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"dryrun": True}, 200, None),
        ({"inference_id": "01900000-0000-7000-8000-000000000000"}, 400, "target_not_found"),
        ({"metric_name": "comment", "value": "x" * 410_000}, 413, "item_too_large"),
    ],
    ids=["a dry run", "a target that does not exist", "an item that DynamoDB cannot hold"],
)
def test_what_is_not_to_be_stored_is_not(
    change: dict[str, Any],
    status: int,
    code: str | None,
    stack: Stack,
    call: Caller,
    inference: dict[str, str],
) -> None:
    """A dry run has an id all the same."""
    before = {kind: len(stack.items(TABLES[kind])) for kind in KINDS}
    target = {"inference_id": inference["inference_id"]}
    answer = call.feedback(**{"metric_name": "draft_accepted", "value": True, **target, **change})

    assert (answer.status, answer.body.get("code")) == (status, code)
    assert {kind: len(stack.items(TABLES[kind])) for kind in KINDS} == before


def test_a_demonstration_is_stored_as_tensorzero_stores_it(stack: Stack, call: Caller) -> None:
    """A tool call of the configuration's own tool, checked against its schema."""
    inference = call.record(function_name="draft_reply")
    arguments = {"customer_email": "a@example.com", "order_number": None}
    block = {"type": "tool_call", "id": "1", "name": "find_order", "arguments": arguments}
    answer = call.feedback(
        metric_name="demonstration", value=[block], inference_id=inference["inference_id"]
    )

    assert answer.status == 200, answer
    ((table, item),) = _rows(stack, answer.body["feedback_id"])
    assert table == "DemonstrationFeedback"
    assert item["value"]["S"] == (
        '[{"type":"tool_call","id":"1","raw_name":"find_order","raw_arguments":'
        r'"{\"customer_email\":\"a@example.com\",\"order_number\":null}",'
        '"name":"find_order","arguments":{"customer_email":"a@example.com","order_number":null}}]'
    )


def test_an_evaluation_label_is_stored_with_its_metric_and_read_back(
    stack: Stack, call: Caller
) -> None:
    """Both rows, in one transaction; the label is found by datapoint, metric and output."""
    output = {"raw": "{}", "parsed": {}}
    inference = call.record(function_name="classify_ticket", output=output)
    datapoint, judge = uuids.new(), uuids.new()
    answer = call.feedback(
        metric_name="draft_accepted",
        value=True,
        inference_id=inference["inference_id"],
        internal=True,
        tags={
            "tensorzero::datapoint_id": datapoint,
            "tensorzero::evaluator_inference_id": judge,
            "tensorzero::human_feedback": "true",
        },
    )
    label = call.post(
        f"/internal/evaluations/datapoints/{datapoint}/get_human_feedback",
        {"metric_name": "draft_accepted", "output": '{"parsed":{},"raw":"{}"}'},
    )

    assert answer.status == 200, answer
    assert [table for table, _ in _rows(stack, answer.body["feedback_id"])] == [
        "BooleanMetricFeedback",
        "EvaluationHumanFeedback",
    ]
    assert label.body == {"feedback": {"value": True, "evaluator_inference_id": judge}}


def test_recording_an_inference_again_is_harmless_but_not_with_other_content(
    call: Caller,
) -> None:
    """The same body is a 200 again; another is a 409."""
    recorded = call.record(function_name="draft_reply")

    assert call.post("/internal/inferences", recorded).status == 200
    changed = call.post("/internal/inferences", {**recorded, "variant_name": "other"})
    assert (changed.status, changed.body["code"]) == (409, "inference_conflict")


def test_status_and_health_answer_in_tensorzeros_shapes(call: Caller) -> None:
    """The version and hash; the tables can be read."""
    status = call.send("GET", "/status").body

    assert status["status"] == "ok"
    assert len(status["config_hash"]) == 64
    assert call.send("GET", "/health").body == {"gateway": "ok", "dynamodb": "ok"}


def test_a_success_leaves_no_line_in_a_log(stack: Stack, call: Caller) -> None:
    """API Gateway counts it; a line would cost more than the read of its target."""
    caller = call.with_credential(stack.new_key())
    inference = call.record(function_name="draft_reply")
    since = int(time.time() * 1000)
    vote = {"metric_name": "draft_accepted", "value": True}

    caller.feedback(**vote, inference_id=inference["inference_id"]).expect(200)

    lines = [line for name in ("Submit", "Authorizer") for _, line in stack.log(name, since=since)]
    assert len(lines) >= 3  # the platform's, which AWS is asked not to write
    assert [line for line in lines if not line.startswith(PLATFORM_LINES)] == []


@pytest.mark.parametrize(
    ("content_type", "status", "code"),
    [
        ("application/json", 400, "malformed_body"),
        ("application/json; charset=iso-8859-1", 415, "unsupported_charset"),
        ("application/octet-stream", 400, "malformed_body"),
    ],
)
def test_a_text_that_is_not_utf_8_is_refused(
    content_type: str,
    status: int,
    code: str,
    stack: Stack,
    call: Caller,
    inference: dict[str, str],
) -> None:
    """API Gateway would put U+FFFD in place of what it cannot read: nothing of it is stored."""
    text = (
        f'{{"metric_name":"comment","value":"Grüße","inference_id":"{inference["inference_id"]}"}}'
    )
    before = stack.items("CommentFeedback")

    answer = call.send(
        "POST", "/feedback", text.encode("latin-1"), **{"Content-Type": content_type}
    )

    assert (answer.status, answer.body["code"]) == (status, code)
    assert stack.items("CommentFeedback") == before
