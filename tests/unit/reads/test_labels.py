"""Labels: people's verdicts, read by datapoint, metric and output."""

import json
from typing import Any

import pytest

from feedback.rows import LABELS
from reads.label_query import LabelQuery
from shared.document import Json
from shared.fields import InvalidField, MissingField, UnknownField
from tests.unit.reads.database import TABLES, Database

ROUTE = "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback"
DATAPOINT = "0192c4a0-7e00-7000-8000-00000000000a"
LABEL = {"value": {"S": "0.5"}, "evaluator_inference_id": {"S": "an-id"}}
OLDER = {"value": {"S": "1"}, "evaluator_inference_id": {"S": "another-id"}}


def _get(database: Database, body: Json, datapoint: str = DATAPOINT) -> tuple[int, dict[str, Any]]:
    parameters = {"datapoint_id": datapoint}
    return database.get(ROUTE, pathParameters=parameters, body=json.dumps(body))


@pytest.mark.usefixtures("output")
def test_the_newest_label_is_answered() -> None:
    """Pages are read until one has a label; without any the answer is empty."""
    database = Database({TABLES[LABELS]: [LABEL, OLDER]})
    body: Json = {"metric_name": "m", "output": '{"b": 1, "a": 2}'}

    answered = _get(database, body, DATAPOINT.upper())

    feedback = {"value": 0.5, "evaluator_inference_id": "an-id"}
    assert answered == (200, {"feedback": feedback})
    [query] = database.asked
    assert (query["ScanIndexForward"], query["ConsistentRead"]) == (False, True)
    assert query["ExpressionAttributeValues"] == {
        ":datapoint": {"S": DATAPOINT},
        ":metric": {"S": "m"},
        ":output": {"S": '{"a":2,"b":1}'},
    }
    assert _get(Database({TABLES[LABELS]: []}), body) == (200, {})


@pytest.mark.parametrize(
    ("output", "sought"),
    [
        (
            '{"raw": "é", "parsed": {"b": 1e-05, "a": null}}',
            '{"parsed":{"a":null,"b":0.00001},"raw":"é"}',
        ),
        ("no JSON at all", "no JSON at all"),
    ],
)
def test_an_output_is_sought_as_it_is_stored(output: str, sought: str) -> None:
    """However its keys are ordered."""
    assert LabelQuery.parse({"metric_name": "m", "output": output}) == LabelQuery("m", sought)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"metric_name": "m"}, MissingField),
        ({"output": "o"}, MissingField),
        ({"metric_name": 1, "output": "o"}, InvalidField),
        ({"metric_name": "m", "output": {}}, InvalidField),
        ({"metric_name": "m", "output": "o", "x": 1}, UnknownField),
    ],
    ids=str,
)
def test_a_malformed_query_is_refused(body: dict[str, Json], kind: type[Exception]) -> None:
    """By the field that is wrong."""
    with pytest.raises(kind):
        LabelQuery.parse(body)
