"""POST /feedback as a handler: an event in, a response out, and what it leaves behind."""

import base64
import json
import math
from typing import Any

import pytest

from feedback.demonstration.json_schema.validation import Validation
from feedback.model import Level, Record, Target
from shared.caller import api_key_context
from shared.clock import DAY
from shared.http import Reply
from submit.api import build
from submit.service import Service
from tests.unit.conftest import Output
from tests.unit.fakes import (
    DictLookup,
    Invocation,
    ListStore,
    ManualTime,
    catalog,
    telemetry,
    uuid7,
)

TIME = ManualTime()
INFERENCE = uuid7(TIME.now() - 60)
SECRET = "b3Vy-secret"  # noqa: S105 - what a caller wrote, and no log line may hold
FEEDBACK = {"metric_name": "liked", "value": True, "inference_id": INFERENCE}


def _post(body: object, store: ListStore | None = None, **event: Any) -> Reply:
    lookup = DictLookup({Target(Level.INFERENCE, INFERENCE): Record()})
    handler = build(
        Service(
            catalog(),
            lookup,
            store or ListStore(),
            7 * DAY,
            math.inf,
            TIME.clock(),
            Validation(512),
        ),
        telemetry("submit"),
    )
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
    reply = handler({**sent, **event}, Invocation())
    assert reply["headers"]["content-type"] == "application/json"
    return reply


def test_feedback_is_stored_and_its_id_answered(output: Output) -> None:
    """With the caller in its tags; nothing is printed."""
    store = ListStore()
    context = {"authorizer": {"lambda": api_key_context("abcdefghijkl", None)}}

    reply = _post(FEEDBACK, store, requestContext=context)

    [row] = store.rows
    assert reply["statusCode"] == 200
    assert json.loads(reply["body"]) == {"feedback_id": row.item["id"]["S"]}
    assert row.item["tags"]["M"] == {"tensorzero::api_key_public_id": {"S": "abcdefghijkl"}}
    assert output() == ([], [])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (SECRET.encode(), 400, "malformed_body"),
        ({"metric_name": SECRET, "value": SECRET}, 404, "unknown_metric"),
        ({**FEEDBACK, "value": SECRET}, 400, "invalid_value"),
    ],
    ids=["not JSON", "metric", "value"],
)
def test_a_refusal_is_answered_counted_and_logged(
    output: Output, body: object, status: int, code: str
) -> None:
    """With one metric and one line, which holds no value of the caller's."""
    reply = _post(body)

    answer = json.loads(reply["body"])
    assert reply["statusCode"] == status
    assert (list(answer), answer["code"]) == (["error", "code"], code)
    [metric], [line] = output()
    assert metric["Refused"] == [1.0]
    assert line["code"] == code
    assert SECRET not in str(line) + str(metric)


@pytest.mark.usefixtures("output")
def test_a_repeat_is_answered_as_the_first_was() -> None:
    """The body is the same to the letter; a header says that it is a repeat."""
    store, headers = ListStore(), {"idempotency-key": '"a key"'}

    first, repeat = (_post(FEEDBACK, store, headers=headers) for _ in range(2))

    assert first["body"] == repeat["body"]
    assert "idempotent-replayed" not in first["headers"]
    assert repeat["headers"]["idempotent-replayed"] == "true"
    assert len(store.rows) == 1


@pytest.mark.usefixtures("output")
def test_a_malformed_key_is_refused_before_the_body_is_read() -> None:
    """The refusal names the header."""
    reply = _post(b"", headers={"idempotency-key": ""})

    answer = json.loads(reply["body"])
    assert (reply["statusCode"], answer["code"]) == (400, "invalid_idempotency_key")
    assert "Idempotency-Key" in answer["error"]
