"""Labels in the emulated table: the newest one that fits is found."""

from typing import TYPE_CHECKING

import pytest

from reads.label_query import LabelQuery
from reads.labels import DynamoLabels
from shared import uuids

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def labels(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> DynamoLabels:
    """Read from the emulated table."""
    return DynamoLabels(dynamodb, tables["EvaluationHumanFeedback"])


def _put(labels: DynamoLabels, datapoint: str, value: str, metric: str = "m", at: int = 0) -> None:
    labels.client.put_item(
        TableName=labels.table,
        Item={
            "datapoint_id": {"S": datapoint},
            "feedback_id": {"S": f"0192c4a0-7e00-7000-8000-{at:012x}"},
            "metric_name": {"S": metric},
            "output": {"S": "{}"},
            "value": {"S": value},
            "evaluator_inference_id": {"S": datapoint},
        },
    )


def test_the_newest_label_of_the_metric_and_the_output_is_read(labels: DynamoLabels) -> None:
    """Another metric's is not, though it is newer."""
    datapoint = uuids.parse("0192c4a0-7e00-7000-8000-00000000a001")
    assert datapoint
    for at, (value, metric) in enumerate((("0.5", "m"), ("1", "m"), ("true", "other"))):
        _put(labels, datapoint, value, metric, at)

    found = labels.latest(datapoint, LabelQuery("m", "{}"))

    assert found == {"value": 1, "evaluator_inference_id": datapoint}


def test_no_label_is_none(labels: DynamoLabels) -> None:
    """Of a datapoint that has none, or of another output."""
    datapoint = uuids.new()
    assert labels.latest(datapoint, LabelQuery("m", "{}")) is None
    _put(labels, datapoint, "true")
    assert labels.latest(datapoint, LabelQuery("m", "[]")) is None
