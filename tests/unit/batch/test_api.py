"""POST /feedback/batch as a handler: an event in, a response out, and what it leaves behind."""

import base64
import gzip
import json
from typing import Any

import pytest

from batch.api import build
from batch.service import BatchService
from feedback.demonstration.json_schema.validation import Validation
from shared.caller import Grant, api_key_context, token_context
from shared.clock import DAY
from tests.unit.batch.stack import RECORDS, element
from tests.unit.conftest import Lines, Output
from tests.unit.fakes import DictLookup, Invocation, ListWriter, ManualTime, catalog, telemetry

LARGEST = 6_291_456
"""How many bytes Lambda takes."""
SECRET = "b3Vy-secret"  # noqa: S105 - what a caller wrote, and no log line may hold
TOKEN = token_context("mnopqrstuvwx", "ada", Grant(frozenset(), frozenset(), once=False), 2**40)
GZIP = {"content-encoding": "gzip"}
ATOMIC = {"atomic": "true"}


def _post(body: object, writer: ListWriter | None = None, **event: Any) -> tuple[int, Any]:
    lookup, clock = DictLookup(dict(RECORDS)), ManualTime().clock()
    service = BatchService(
        catalog(), lookup, writer or ListWriter(), 7 * DAY, 6, clock, Validation(512)
    )
    handler = build(service, telemetry("batch"))
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


def test_each_element_is_answered_in_its_place(output: Output) -> None:
    """With its status; every outcome is counted, and each sort of refusal logged once."""
    writer = ListWriter()
    caller = {"authorizer": {"lambda": api_key_context("abcdefghijkl", None)}}
    batch = [
        element(),
        element(value=SECRET),
        element(SECRET, tags={SECRET: SECRET}),
        element(dryrun=True),
        element(metric_name=SECRET),
        element(value=SECRET),
    ]

    status, answers = _post(batch, writer, requestContext=caller)

    first, second = writer.store.rows
    assert (status, len(answers)) == (200, 6)
    assert answers[:3] == [
        {"status": 200, "feedback_id": first.item["id"]["S"]},
        {
            "status": 400,
            "error": "Feedback value for metric `liked` must be a boolean",
            "code": "invalid_value",
        },
        {"status": 200, "feedback_id": second.item["id"]["S"]},
    ]
    tags = {"tensorzero::api_key_public_id": {"S": "abcdefghijkl"}}
    assert second.item["tags"] == {"M": {SECRET: {"S": SECRET}, **tags}}
    metrics, lines = output()
    assert _counted(metrics) == [
        ("Refused", 2),
        ("Refused", 1),
    ]
    assert {metric["service"] for metric in metrics} == {"batch"}
    logged = [(line["code"], line["times"], line["request_id"]) for line in lines]
    assert logged == [
        ("invalid_value", 2, Invocation.aws_request_id),
        ("unknown_metric", 1, Invocation.aws_request_id),
    ]
    assert SECRET not in str(lines) + str(metrics)


def test_an_empty_batch_is_answered() -> None:
    """By an empty array."""
    assert _post([]) == (200, [])


@pytest.mark.parametrize(
    ("body", "event", "status", "code"),
    [
        (SECRET.encode(), {}, 400, "malformed_body"),
        (element(), {}, 400, "invalid_field"),
        ([5] * 101, {}, 413, "batch_too_large"),
        (b" " * (LARGEST + 1), {}, 413, "body_too_large"),
        (gzip.compress(b" " * (LARGEST + 1)), {"headers": GZIP}, 413, "body_too_large"),
        ([], {"headers": {"content-encoding": "br"}}, 415, "unsupported_encoding"),
        ([], {"headers": {"idempotency-key": ""}}, 400, "invalid_idempotency_key"),
        ([], {"queryStringParameters": {"atomic": ""}}, 400, "invalid_field"),
        ([], {"queryStringParameters": {"atomic": "true,false"}}, 400, "invalid_field"),
        ([], {"requestContext": {"authorizer": {"lambda": TOKEN}}}, 403, "not_granted"),
    ],
    ids=[
        *("not JSON", "no array", "101 elements", "too large", "too large, compressed"),
        *("encoding", "key of its own", "atomic", "atomic twice", "token"),
    ],
)
def test_a_batch_can_be_refused_as_a_whole(
    output: Output, body: object, event: dict[str, Any], status: int, code: str
) -> None:
    """In the shape of every refusal; it is counted once."""
    answered, answer = _post(body, **event)

    assert answered == status
    assert (list(answer), answer["code"]) == (["error", "code"], code)
    [metric], [line] = output()
    assert metric["Refused"] == [1.0]
    assert line["code"] == code
    assert SECRET not in str(line)


@pytest.mark.usefixtures("output")
@pytest.mark.parametrize(
    ("query", "atomic"),
    [(None, False), ({"x": "true"}, False), ({"atomic": "false"}, False), (ATOMIC, True)],
)
def test_a_batch_is_atomic_if_its_query_says_so(query: dict[str, str] | None, atomic: bool) -> None:
    """The body is an array: it cannot say it."""
    writer = ListWriter()

    status, [answer] = _post([element()], writer, queryStringParameters=query)

    assert (status, answer["status"]) == (200, 200)
    assert writer.atomic == [atomic]


@pytest.mark.usefixtures("output")
def test_a_body_may_be_compressed_and_as_large_as_lambda_takes() -> None:
    """Larger than a single request's: there may be a hundred of them."""
    body = json.dumps([element()]).encode().ljust(LARGEST)

    status, [answer] = _post(gzip.compress(body), headers=GZIP)

    assert (status, answer["status"]) == (200, 200)
