"""Labels, read back: the latest that fits, on whichever page of the answer it is."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

from reads.label_query import LabelQuery
from reads.labels import DynamoLabels
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DATAPOINT = Uuid("0192c4a0-7e00-7000-8000-00000000000a")
LABEL = {"value": {"S": "true"}, "evaluator_inference_id": {"S": "e"}}


@dataclass
class Pages:
    """A client that answers a query by these pages, one a call."""

    pages: list[list[dict[str, Any]]]
    starts: list[object] = field(default_factory=list)

    def query(self, **call: Any) -> dict[str, Any]:
        """Return the next page, and a key as long as there is another."""
        self.starts.append(call.get("ExclusiveStartKey"))
        number = len(self.starts)
        more = {"LastEvaluatedKey": {"page": number}} if number < len(self.pages) else {}
        return {"Items": self.pages[number - 1], **more}


@pytest.mark.parametrize("pages", [[[LABEL]], [[], [], [LABEL, {}]], [[]], [[], []]])
def test_pages_are_read_until_a_label_is_found(pages: list[list[dict[str, Any]]]) -> None:
    """A page may have none, since DynamoDB filters what it has read."""
    client = Pages(pages)
    labels = DynamoLabels(cast("DynamoDBClient", client), {"evaluation": "labels"})

    label = labels.latest(DATAPOINT, LabelQuery("m", "o"))

    found = any(LABEL in page for page in pages)
    assert json.dumps(label) == (
        '{"value": true, "evaluator_inference_id": "e"}' if found else "null"
    )
    assert client.starts == [None, *({"page": number} for number in range(1, len(pages)))]
