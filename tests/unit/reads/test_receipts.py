"""GET /internal/feedback/{target_id}/{feedback_id} as a handler: an event in, a response out."""

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from receipts.api import build

from reads.receipts import DynamoReceipts
from shared.items import Item
from tests.unit.conftest import Output
from tests.unit.fakes import Invocation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TARGET = "0192c4a0-7e00-7000-8000-00000000000a"
FEEDBACK = "0192c4a0-7e00-7000-8000-00000000000b"
TABLES = {"B": "boolean", "F": "float", "C": "comment", "D": "demonstration"}


class Database:
    """A client that finds an item in a table, and notes what it was asked for."""

    def __init__(self, table: str = "B", item: Item | None = None) -> None:
        self.found = {table: [item] if item else []}
        self.asked: list[dict[str, Any]] = []

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """Look once."""
        self.asked.append(request["RequestItems"])
        return {"Responses": self.found, "UnprocessedKeys": {}}


def _get(
    database: Database, target_id: str = TARGET, feedback_id: str = FEEDBACK
) -> tuple[int, dict[str, Any]]:
    handler = build(DynamoReceipts(cast("DynamoDBClient", database), TABLES))
    parameters = {"target_id": target_id, "feedback_id": feedback_id}
    reply = handler({"pathParameters": parameters}, Invocation())
    assert reply["headers"] == {"content-type": "application/json"}
    return reply["statusCode"], json.loads(reply["body"])


COMMON: Item = {
    "id": {"S": FEEDBACK},
    "tags": {"M": {"b": {"S": "2"}, "": {"S": ""}}},
    "snapshot_hash": {"S": "5f"},
    "timestamp": {"S": "2024-10-25T00:00:00.000Z"},
}
SHOWN: dict[str, Any] = {
    "id": FEEDBACK,
    "tags": {"b": "2", "": ""},
    "snapshot_hash": "5f",
    "timestamp": "2024-10-25T00:00:00.000Z",
}
METRIC: Item = {"target_id": {"S": TARGET}, "metric_name": {"S": "m"}}


@pytest.mark.parametrize(
    ("table", "item", "shown"),
    [
        (
            "B",
            {**METRIC, "value": {"BOOL": False}},
            {"type": "boolean", "target_id": TARGET, "metric_name": "m", "value": False},
        ),
        (
            "F",
            {**METRIC, "value": {"N": "2"}},
            {"type": "float", "target_id": TARGET, "metric_name": "m", "value": 2.0},
        ),
        (
            "F",
            {**METRIC, "value": {"N": "1E-130"}},
            {"type": "float", "target_id": TARGET, "metric_name": "m", "value": 1e-130},
        ),
        (
            "C",
            {"target_id": {"S": TARGET}, "target_type": {"S": "episode"}, "value": {"S": "é\x00"}},
            {"type": "comment", "target_id": TARGET, "target_type": "episode", "value": "é\x00"},
        ),
        (
            "D",
            {"inference_id": {"S": TARGET}, "value": {"S": '{"raw":"5","parsed":5}'}},
            {"type": "demonstration", "inference_id": TARGET, "value": '{"raw":"5","parsed":5}'},
        ),
    ],
)
def test_feedback_is_shown_as_tensorzero_shows_it(
    output: Output, table: str, item: Item, shown: dict[str, Any]
) -> None:
    """Its kind, and the fields of its row."""
    status, answer = _get(Database(table, {**COMMON, **item}))

    assert (status, answer) == (200, {"feedback": {**SHOWN, **shown}})
    [metric], lines = output()
    assert metric["ReceiptRead"] == [1.0]
    assert lines == []


def test_what_is_not_stored_is_not_found(output: Output) -> None:
    """The refusal says what was looked for; it is told once DynamoDB has said so."""
    database = Database()

    assert _get(database) == (
        404,
        {
            "error": f"Feedback ID: {FEEDBACK} is not stored on {TARGET}",
            "code": "feedback_not_found",
        },
    )
    assert len(database.asked) == 1
    [metric], [line] = output()
    assert metric["ReceiptRefused"] == [1.0]
    assert line["code"] == "feedback_not_found"
    assert FEEDBACK not in str(line)


@pytest.mark.usefixtures("output")
def test_every_table_is_looked_at_in_one_call() -> None:
    """Strongly consistent, by the whole key of each."""
    database = Database()

    _get(database)

    on_target = {"target_id": {"S": TARGET}, "id": {"S": FEEDBACK}}
    on_inference = {"inference_id": {"S": TARGET}, "id": {"S": FEEDBACK}}
    keys = {"B": on_target, "F": on_target, "C": on_target, "D": on_inference}
    assert database.asked == [
        {table: {"Keys": [key], "ConsistentRead": True} for table, key in keys.items()}
    ]


@pytest.mark.usefixtures("output")
@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}"])
def test_an_id_may_be_spelled_as_one_likes(spelling: str) -> None:
    """As in feedback itself; what is looked for, and told, is its canonical form."""
    database = Database()

    _, answer = _get(database, spelling.format(TARGET.upper()), FEEDBACK.replace("-", ""))

    assert database.asked[0]["B"]["Keys"] == [{"target_id": {"S": TARGET}, "id": {"S": FEEDBACK}}]
    assert answer["error"] == f"Feedback ID: {FEEDBACK} is not stored on {TARGET}"


@pytest.mark.parametrize("name", ["target_id", "feedback_id"])
@pytest.mark.parametrize("value", ["", "x", TARGET[:-1], f" {TARGET}"])
def test_a_malformed_id_is_refused_by_its_name(output: Output, name: str, value: str) -> None:
    """Nothing is looked up."""
    database = Database()

    status, answer = _get(database, **{name: value})

    assert (status, answer["code"]) == (400, "invalid_field")
    assert answer["error"].startswith(f"{name}: UUID parsing failed: ")
    assert database.asked == []
    [metric], [line] = output()
    assert metric["ReceiptRefused"] == [1.0]
    assert line["code"] == "invalid_field"
