"""POST /feedback/batch as a handler: an event in, a response out, and what it leaves behind."""

import base64
import gzip
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import pytest

from batch.api import build
from batch.request import BatchTooLarge
from batch.service import BatchService
from batch.writes import Outcomes, Write
from shared.clock import TimeLeft
from shared.dynamodb import StorageUnavailable
from tests.unit.batch.stack import INFERENCE, RECORDS, element
from tests.unit.conftest import Lines, Output
from tests.unit.fakes import DictLookup, Invocation, ListWriter, ManualTime, catalog

LARGEST = 6_291_456
"""How many bytes Lambda takes."""
SECRET = "b3Vy-secret"  # noqa: S105 - what a caller wrote, and no log line may hold
TOKEN = {
    "credential": "token",
    "key_id": "mnopqrstuvwx",
    "author": "ada",
    "targets": [INFERENCE],
    "metrics": ["liked"],
    "once": False,
}


def _post(body: object, writer: ListWriter | None = None, **event: Any) -> tuple[int, Any]:
    lookup, clock = DictLookup(dict(RECORDS)), ManualTime().clock()
    handler = build(BatchService(catalog(), lookup, writer or ListWriter(), 7, clock))
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
    reply = handler({**sent, **event}, Invocation())
    assert reply["headers"]["content-type"] == "application/json"
    return reply["statusCode"], json.loads(reply["body"])


def _counted(metrics: Lines) -> list[tuple[str, float]]:
    return [
        (name, times[0])
        for metric in metrics
        for name, times in metric.items()
        if isinstance(times, list)
    ]


@pytest.mark.usefixtures("output")
def test_each_element_is_answered_in_its_place() -> None:
    """With its status; the answer as a whole is a 200, whatever is refused."""
    writer = ListWriter()

    status, answers = _post([element(), element(value=1), element("k")], writer)

    first, second = (row.item["id"]["S"] for row in writer.store.rows)
    assert status == HTTPStatus.OK
    assert answers == [
        {"status": 200, "feedback_id": first},
        {
            "status": 400,
            "error": "Feedback value for metric `liked` must be a boolean",
            "code": "invalid_value",
        },
        {"status": 200, "feedback_id": second},
    ]


def test_an_empty_batch_is_answered(output: Output) -> None:
    """By as many answers; no feedback is counted."""
    assert _post([]) == (200, [])

    [metric], lines = output()
    assert metric["BatchAnswered"] == [1.0]
    assert lines == []


def test_every_outcome_is_counted_and_each_sort_of_refusal_logged_once(output: Output) -> None:
    """With how many there were of it, and nothing that the caller wrote."""
    _post(
        [
            element(),
            element(SECRET, tags={SECRET: SECRET}),
            element(dryrun=True),
            element(value=SECRET),
            element(metric_name=SECRET),
            element(value=SECRET),
        ]
    )

    metrics, lines = output()
    assert _counted(metrics) == [
        ("FeedbackRefused", 2),
        ("FeedbackRefused", 1),
        ("FeedbackAccepted", 3),
        ("BatchAnswered", 1),
    ]
    assert {metric["service"] for metric in metrics} == {"batch"}
    assert [(line["code"], line["times"]) for line in lines] == [
        ("invalid_value", 2),
        ("unknown_metric", 1),
    ]
    assert all(line["request_id"] == Invocation.aws_request_id for line in lines)
    assert SECRET not in str(lines) + str(metrics)


class Down(ListWriter):
    """Stores nothing."""

    def write(self, writings: Sequence[Write], _now: int, _time_left: TimeLeft) -> Outcomes:
        """Refuse each of them."""
        outage = StorageUnavailable()
        outage.__cause__ = TimeoutError()
        return {writing.id: outage for writing in writings}


def test_an_outage_is_counted_apart_and_told_element_by_element(output: Output) -> None:
    """Though the answer is a 200, the alarm must see it."""
    status, answers = _post([element(), element(), element(value=1)], Down())

    assert status == HTTPStatus.OK
    assert [(answer["status"], answer["code"]) for answer in answers] == [
        (503, "storage_unavailable"),
        (503, "storage_unavailable"),
        (400, "invalid_value"),
    ]
    metrics, lines = output()
    assert _counted(metrics) == [
        ("StorageUnavailable", 2),
        ("FeedbackRefused", 1),
        ("BatchAnswered", 1),
    ]
    assert [(line["code"], line["times"]) for line in lines] == [
        ("storage_unavailable", 2),
        ("invalid_value", 1),
    ]
    assert lines[0]["cause"] == "TimeoutError"


ATOMIC = {"atomic": "true"}
GZIP = {"content-encoding": "gzip"}


@pytest.mark.parametrize(
    ("body", "event", "status", "code"),
    [
        (b"", {}, 400, "malformed_body"),
        (SECRET.encode(), {}, 400, "malformed_body"),
        (element(), {}, 400, "invalid_field"),
        ([5] * 101, {}, 413, "batch_too_large"),
        (b" " * (LARGEST + 1), {}, 413, "body_too_large"),
        (gzip.compress(b" " * (LARGEST + 1)), {"headers": GZIP}, 413, "body_too_large"),
        ([], {"headers": {"content-encoding": "br"}}, 415, "unsupported_encoding"),
        ([], {"headers": {"idempotency-key": "k"}}, 400, "invalid_idempotency_key"),
        ([], {"headers": {"idempotency-key": ""}}, 400, "invalid_idempotency_key"),
        ([], {"queryStringParameters": {"atomic": ""}}, 400, "invalid_field"),
        ([], {"queryStringParameters": {"atomic": "True"}}, 400, "invalid_field"),
        ([], {"queryStringParameters": {"atomic": "true,false"}}, 400, "invalid_field"),
        ([], {"requestContext": {"authorizer": {"lambda": TOKEN}}}, 403, "not_granted"),
    ],
)
def test_a_batch_that_is_refused_as_a_whole_is_one_refusal(
    output: Output, body: object, event: dict[str, Any], status: int, code: str
) -> None:
    """In the shape of every other; it is counted as a batch, not as feedback."""
    answered, answer = _post(body, **event)

    assert answered == status
    assert list(answer) == ["error", "code"]
    assert answer["code"] == code
    [metric], [line] = output()
    assert metric["BatchRefused"] == [1.0]
    assert line["code"] == code
    assert SECRET not in str(line)


@pytest.mark.parametrize(
    ("query", "atomic"),
    [
        ({}, False),
        ({"queryStringParameters": None}, False),
        ({"queryStringParameters": {"x": "true"}}, False),
        ({"queryStringParameters": {"atomic": "false"}}, False),
        ({"queryStringParameters": ATOMIC}, True),
    ],
)
@pytest.mark.usefixtures("output")
def test_a_batch_is_atomic_if_it_says_so(query: dict[str, Any], atomic: bool) -> None:
    """In its query: the body is an array."""
    writer = ListWriter()

    status, [answer] = _post([element()], writer, **query)

    assert (status, answer["status"]) == (200, 200)
    assert writer.atomic == [atomic]


def test_of_an_atomic_batch_the_others_are_told_that_they_are_not_at_fault(output: Output) -> None:
    """By a status of their own."""
    status, answers = _post([element(), element(value=1)], queryStringParameters=ATOMIC)

    assert status == HTTPStatus.OK
    assert answers[0] == {
        "status": 424,
        "error": "Not stored: another element was refused",
        "code": "batch_refused",
    }
    metrics, _ = output()
    assert _counted(metrics) == [
        ("FeedbackRefused", 1),
        ("FeedbackRefused", 1),
        ("BatchAnswered", 1),
    ]


@pytest.mark.usefixtures("output")
def test_an_atomic_batch_beyond_a_transaction_is_a_413() -> None:
    """As a whole: no element of it is at fault."""

    class Full(ListWriter):
        def write_atomically(self, *_: object) -> Outcomes:
            raise BatchTooLarge

    status, answer = _post([element()], Full(), queryStringParameters=ATOMIC)

    assert (status, answer["code"]) == (413, "batch_too_large")


@pytest.mark.usefixtures("output")
def test_a_body_may_be_compressed_and_as_large_as_lambda_takes() -> None:
    """More than a single request's: there may be a hundred of them."""
    writer = ListWriter()
    body = json.dumps([element()]).encode().ljust(LARGEST)

    status, [answer] = _post(gzip.compress(body), writer, headers=GZIP)

    assert (status, answer["status"]) == (200, 200)
    assert len(writer.store.rows) == 1


@pytest.mark.usefixtures("output")
def test_an_api_keys_id_is_stored_with_each_element() -> None:
    """As with a single request."""
    writer = ListWriter()
    caller = {"credential": "api_key", "public_id": "abcdefghijkl"}

    _post([element(), element()], writer, requestContext={"authorizer": {"lambda": caller}})

    tags = {"M": {"tensorzero::api_key_public_id": {"S": "abcdefghijkl"}}}
    assert [row.item["tags"] for row in writer.store.rows] == [tags, tags]
