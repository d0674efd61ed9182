"""POST /feedback as a handler: an event in, a response out, and what it leaves behind."""

import base64
import json
from http import HTTPStatus
from typing import Any

import pytest

from feedback.model import Level, Record, Target
from shared.dynamodb import StorageUnavailable
from shared.http import Reply
from shared.uuids import Uuid
from submit.api import build
from submit.service import Service
from submit.store import FeedbackStore
from tests.unit.conftest import Output
from tests.unit.fakes import DictLookup, Invocation, ListStore, ManualTime, catalog, uuid7

TIME = ManualTime()
INFERENCE = uuid7(TIME.now() - 60)
SECRET = "b3Vy-secret"  # noqa: S105 - what a caller wrote, and no log line may hold


def _post(body: object, store: FeedbackStore | None = None) -> tuple[int, dict[str, Any]]:
    reply = _reply(body, store or ListStore(), {})
    assert reply["headers"]["content-type"] == "application/json"
    return reply["statusCode"], json.loads(reply["body"])


def _reply(body: object, store: FeedbackStore, headers: dict[str, str]) -> Reply:
    lookup = DictLookup({Target(Level.INFERENCE, INFERENCE): Record()})
    handler = build(Service(catalog(), lookup, store, 7, TIME.clock()))
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    event = {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True, "headers": headers}
    return handler(event, Invocation())


def test_a_success_gives_the_rows_id_and_is_counted(output: Output) -> None:
    """Without a log line."""
    store = ListStore()

    status, body = _post({"metric_name": "liked", "value": True, "inference_id": INFERENCE}, store)

    assert status == HTTPStatus.OK
    assert body == {"feedback_id": store.rows[0].item["id"]["S"]}
    [metric], lines = output()
    assert metric["FeedbackAccepted"] == [1.0]
    assert metric["service"] == "feedback"
    assert lines == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed_body"),
        (SECRET.encode(), "malformed_body"),
        ({"metric_name": SECRET}, "missing_field"),
        ({SECRET: 1}, "unknown_field"),
        ({"metric_name": "liked", "inference_id": SECRET}, "invalid_field"),
        ({"metric_name": SECRET, "value": SECRET}, "unknown_metric"),
        ({"metric_name": "liked", "value": SECRET, "inference_id": INFERENCE}, "invalid_value"),
        (
            {"metric_name": "liked", "value": 1, "tags": {f"tensorzero::{SECRET}": SECRET}},
            "reserved_tag",
        ),
    ],
)
def test_a_refusal_is_answered_counted_and_logged(output: Output, body: object, code: str) -> None:
    """With one metric and one line, which holds no value of the caller's."""
    status, answer = _post(body)

    assert status in {400, 404}
    assert list(answer) == ["error", "code"]
    assert answer["code"] == code
    [metric], [line] = output()
    assert metric["FeedbackRefused"] == [1.0]
    assert line["code"] == code
    assert SECRET not in str(line)
    assert SECRET not in str(metric)


def test_an_outage_is_a_503_that_says_so(output: Output) -> None:
    """It is counted apart: the caller is not at fault."""

    class Down(ListStore):
        def write(self, *_: object) -> Uuid | None:
            raise StorageUnavailable from TimeoutError()

    status, answer = _post(
        {"metric_name": "liked", "value": True, "inference_id": INFERENCE}, Down()
    )

    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer["code"] == "storage_unavailable"
    [metric], [line] = output()
    assert metric["StorageUnavailable"] == [1.0]
    assert line["cause"] == "TimeoutError"


FEEDBACK = {"metric_name": "liked", "value": True, "inference_id": INFERENCE}


def test_a_repeat_is_answered_as_the_first_was_and_says_that_it_is_one(output: Output) -> None:
    """The header is for whoever looks; the body is the same to the letter."""
    store, headers = ListStore(), {"idempotency-key": '"a key"'}

    first, repeat = _reply(FEEDBACK, store, headers), _reply(FEEDBACK, store, headers)

    assert first["body"] == repeat["body"]
    assert "idempotent-replayed" not in first["headers"]
    assert repeat["headers"]["idempotent-replayed"] == "true"
    assert len(store.rows) == 1
    metrics, lines = output()
    assert [metric["FeedbackAccepted"] for metric in metrics] == [[1.0], [1.0]]
    assert lines == []


def test_a_key_that_cannot_be_one_is_refused_before_the_body_is_read(output: Output) -> None:
    """It is named, and nothing is stored."""
    store = ListStore()

    reply = _reply(FEEDBACK, store, {"idempotency-key": ""})

    assert reply["statusCode"] == HTTPStatus.BAD_REQUEST
    assert json.loads(reply["body"])["code"] == "invalid_idempotency_key"
    assert "Idempotency-Key" in json.loads(reply["body"])["error"]
    assert store.rows == []
    assert len(output()) == 2
