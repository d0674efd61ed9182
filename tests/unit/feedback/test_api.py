"""POST /feedback as a handler: an event in, a response out, and what it leaves behind."""

import base64
import json
from http import HTTPStatus
from typing import Any

import pytest

from feedback.api import build
from feedback.model import Level, Record, Target
from feedback.service import Service
from feedback.store import FeedbackStore, Row
from runtime.errors import StorageUnavailable
from tests.unit.conftest import Output
from tests.unit.fakes import DictTargets, Invocation, ListStore, ManualTime, catalog, uuid7

TIME = ManualTime()
INFERENCE = uuid7(TIME.now() - 60)
SECRET = "b3Vy-secret"  # noqa: S105 - what a caller wrote, and no log line may hold


def _post(body: object, store: FeedbackStore | None = None) -> tuple[int, dict[str, Any]]:
    targets = DictTargets({Target(Level.INFERENCE, INFERENCE): Record()})
    handler = build(Service(catalog(), targets, store or ListStore(), TIME.clock()))
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    event = {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True, "headers": {}}
    reply = handler(event, Invocation())
    assert reply["headers"]["content-type"] == "application/json"
    return reply["statusCode"], json.loads(reply["body"])


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
        def write(self, rows: list[Row]) -> None:
            raise StorageUnavailable(f"{len(rows)} not written") from TimeoutError()

    status, answer = _post(
        {"metric_name": "liked", "value": True, "inference_id": INFERENCE}, Down()
    )

    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    assert answer["code"] == "storage_unavailable"
    [metric], [line] = output()
    assert metric["StorageUnavailable"] == [1.0]
    assert line["cause"] == "TimeoutError"
