"""Receipts: stored feedback by its target's id and its own, in TensorZero's shape."""

from typing import Any

import pytest

from feedback.kinds.registry import KINDS
from tests.unit.conftest import Output
from tests.unit.reads.database import TABLES, Database

ROUTE = "GET /internal/feedback/{target_id}/{feedback_id}"
TARGET = "0192c4a0-7e00-7000-8000-00000000000a"
FEEDBACK = "0192c4a0-7e00-7000-8000-00000000000b"


def _get(
    database: Database, target_id: str = TARGET, feedback_id: str = FEEDBACK
) -> tuple[int, dict[str, Any]]:
    parameters = {"target_id": target_id, "feedback_id": feedback_id}
    return database.get(ROUTE, pathParameters=parameters)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_feedback_of_every_kind_is_shown(kind: Any, output: Output) -> None:
    """Whichever table it is found in; tests/unit/feedback/test_rows.py has how."""
    item: dict[str, Any] = {
        kind.key: {"S": TARGET},
        "id": {"S": FEEDBACK},
        "value": {"N": "2"},
        "tags": {"M": {"b": {"S": "2"}, "": {"S": ""}}},
    }
    found = {table: [item] if table == TABLES[kind.name] else [] for table in TABLES.values()}

    status, answer = _get(Database(found))

    assert status == 200
    assert answer == {
        "feedback": {
            "type": kind.name,
            "id": FEEDBACK,
            kind.key: TARGET,
            "value": 2,
            "tags": {"b": "2", "": ""},
        }
    }
    [metric], lines = output()
    assert (metric["service"], metric["ReadAnswered"]) == ("reads", [1.0])
    assert lines == []


@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}"])
def test_what_no_table_has_is_not_found(spelling: str, output: Output) -> None:
    """Every table is read in one call, consistently, by its whole key, however it was spelled."""
    database = Database()

    answered = _get(database, spelling.format(TARGET.upper()), FEEDBACK.replace("-", ""))

    text = f"Feedback ID: {FEEDBACK} is not stored on {TARGET}"
    assert answered == (404, {"error": text, "code": "feedback_not_found"})
    assert database.asked == [
        {
            TABLES[name]: {
                "Keys": [{kind.key: {"S": TARGET}, "id": {"S": FEEDBACK}}],
                "ConsistentRead": True,
            }
            for name, kind in KINDS.items()
        }
    ]
    [metric], [line] = output()
    assert metric["ReadRefused"] == [1.0]
    assert line["code"] == "feedback_not_found"
    assert FEEDBACK not in str(line)


@pytest.mark.usefixtures("output")
@pytest.mark.parametrize("value", ["", "x", TARGET[:-1], f" {TARGET}"])
def test_a_malformed_id_is_refused(value: str) -> None:
    """Nothing is looked up; a path that does not end in feedback's id is no route."""
    database = Database()

    status, answer = _get(database, target_id=value)
    unknown, other = _get(database, feedback_id=value)

    assert (status, answer["code"]) == (400, "invalid_field")
    assert answer["error"].startswith("target_id: UUID parsing failed: ")
    assert (unknown, other["code"]) == (404, "unknown_route")
    assert database.asked == []
