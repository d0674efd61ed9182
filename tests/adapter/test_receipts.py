"""Receipts: what is stored is found in its table, and what could not be read is not missing."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from receipts.api import build

from feedback.kinds import boolean, comment, demonstration, number
from feedback.model import Feedback, Level, Metric, Target
from feedback.rows import feedback_row
from reads.receipts import DynamoReceipts
from shared import uuids
from shared.items import Attribute
from submit.store import DynamoFeedbackStore
from tests.adapter.conftest import Connect
from tests.adapter.loopback import RESET, Answer, Loopback, failure, serve
from tests.unit.fakes import Invocation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_790_000_000
LOGICAL_IDS = {
    "boolean": "BooleanMetricFeedback",
    "float": "FloatMetricFeedback",
    "comment": "CommentFeedback",
    "demonstration": "DemonstrationFeedback",
}
TARGET = "0192c4a0-7e00-7000-8000-00000000000a"
FEEDBACK = "0192c4a0-7e00-7000-8000-00000000000b"


def _get(
    receipts: DynamoReceipts, target_id: str, feedback_id: str, left: int = 28_000
) -> tuple[int, dict[str, Any]]:
    parameters = {"target_id": target_id, "feedback_id": feedback_id}
    reply = build(receipts)({"pathParameters": parameters}, Invocation(milliseconds_left=left))
    return reply["statusCode"], json.loads(reply["body"])


@pytest.fixture
def receipts(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> DynamoReceipts:
    """Read the emulated tables."""
    return DynamoReceipts(dynamodb, {tables[id_]: kind for kind, id_ in LOGICAL_IDS.items()})


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        (
            Metric("m", boolean.KIND, Level.EPISODE),
            {"BOOL": True},
            {"metric_name": "m", "value": True},
        ),
        (
            Metric("m", number.KIND, Level.INFERENCE),
            {"N": "1e-05"},
            {"metric_name": "m", "value": 1e-05},
        ),
        (
            Metric("comment", comment.KIND, None),
            {"S": ""},
            {"target_type": "inference", "value": ""},
        ),
        (Metric("demonstration", demonstration.KIND, None), {"S": "[]"}, {"value": "[]"}),
    ],
)
def test_what_is_stored_is_found_in_its_table(
    dynamodb: "DynamoDBClient",
    tables: dict[str, str],
    receipts: DynamoReceipts,
    metric: Metric,
    value: Attribute,
    shown: dict[str, Any],
) -> None:
    """With its fields; under another target or another id it is not."""
    target, other = (Target(Level.INFERENCE, uuids.new()) for _ in range(2))
    feedback = Feedback(uuids.new(), metric, target, value, {"a": "b", "": ""}, "5f" * 32)
    names = {kind: tables[logical_id] for kind, logical_id in LOGICAL_IDS.items()}
    DynamoFeedbackStore(dynamodb, names).write([feedback_row(feedback)], [], NOW)

    status, answer = _get(receipts, target.id, feedback.id)

    row = answer["feedback"]
    kind = metric.kind.table
    about = "inference_id" if kind == "demonstration" else "target_id"
    assert status == 200
    assert row.pop("timestamp").endswith("Z")
    assert row == {
        "type": kind,
        "id": feedback.id,
        about: target.id,
        "tags": {"a": "b", "": ""},
        "snapshot_hash": "5f" * 32,
        **shown,
    }
    assert _get(receipts, other.id, feedback.id)[0] == 404
    assert _get(receipts, target.id, uuids.new())[0] == 404


def test_nothing_is_found_of_what_was_never_stored(receipts: DynamoReceipts) -> None:
    """It is a 404 that says which."""
    status, answer = _get(receipts, TARGET, FEEDBACK)

    assert (status, answer["code"]) == (404, "feedback_not_found")


TABLES = {"B": "boolean", "F": "float", "C": "comment", "D": "demonstration"}
UNREAD = {"D": {"Keys": [{"inference_id": {"S": TARGET}, "id": {"S": FEEDBACK}}]}}
ITEM = {"inference_id": {"S": TARGET}, "id": {"S": FEEDBACK}, "value": {"S": "[]"}}


def _found(*items: dict[str, Any], unread: dict[str, Any] | None = None) -> Answer:
    found = {"B": [], "F": [], "C": [], "D": items}
    return Answer(body=json.dumps({"Responses": found, "UnprocessedKeys": unread or {}}))


def _read(connect_to: Connect, loopback: Loopback, left: int = 28_000) -> tuple[int, Any]:
    receipts = DynamoReceipts(connect_to(loopback.endpoint), TABLES)
    return _get(receipts, TARGET, FEEDBACK, left)


@pytest.mark.parametrize(("answer", "status"), [(_found(ITEM), 200), (_found(), 404)])
def test_a_receipt_is_one_call(connect_to: Connect, answer: Answer, status: int) -> None:
    """Whether it is there or not."""
    with serve(answer) as loopback:
        assert _read(connect_to, loopback)[0] == status

    assert loopback.operations == ["BatchGetItem"]


def test_what_was_found_needs_nothing_else(connect_to: Connect) -> None:
    """Though another table was not read."""
    unread = {"B": {"Keys": [{"target_id": {"S": TARGET}, "id": {"S": FEEDBACK}}]}}

    with serve(_found(ITEM, unread=unread)) as loopback:
        status, answer = _read(connect_to, loopback)

    assert (status, answer["feedback"]["type"]) == (200, "demonstration")
    assert len(loopback.calls) == 1


@pytest.mark.parametrize(("last", "status"), [(_found(ITEM), 200), (_found(), 404)])
def test_a_table_that_was_not_read_is_read_again(
    connect_to: Connect, last: Answer, status: int
) -> None:
    """Until DynamoDB has said whether it is there."""
    with serve(_found(unread=UNREAD), _found(unread=UNREAD), last) as loopback:
        assert _read(connect_to, loopback)[0] == status

    assert len(loopback.calls) == 3


def test_what_could_not_be_read_in_time_is_no_404(connect_to: Connect) -> None:
    """It may well be stored: a client that believed otherwise would send it again."""
    with serve(_found(unread=UNREAD)) as loopback:
        status, answer = _read(connect_to, loopback, left=12_000)

    assert (status, answer["code"]) == (503, "storage_unavailable")
    assert len(loopback.calls) == 1


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("answer", [failure("InternalServerError", 500), RESET])
def test_an_outage_is_no_404(connect_to: Connect, answer: Answer | str) -> None:
    """After the SDK's three attempts."""
    with serve(answer) as loopback:
        assert _read(connect_to, loopback)[0] == 503

    assert len(loopback.calls) == 3


def test_a_mistake_of_ours_escapes(connect_to: Connect) -> None:
    """It is no 404 either."""
    with serve(failure("AccessDeniedException")) as loopback, pytest.raises(ClientError):
        _read(connect_to, loopback)
