"""Where people's verdicts are looked up: by datapoint, metric and output."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reads.label_query import Question
from shared.dynamodb import Item, outages
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoLabels:
    """Labels in the table of human feedback on evaluations."""

    client: "DynamoDBClient"
    table: str

    def latest(self, datapoint_id: Uuid, question: Question) -> dict[str, Any] | None:
        """Read the newest label that fits; None if there is none. Raises StorageUnavailable."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="datapoint_id = :datapoint",
            FilterExpression="metric_name = :metric AND #output = :output",
            ExpressionAttributeNames={"#output": "output"},
            ExpressionAttributeValues={
                ":datapoint": {"S": datapoint_id},
                ":metric": {"S": question.metric_name},
                ":output": {"S": question.output},
            },
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        with outages():
            items = (item for page in pages for item in page["Items"])
            newest: Item | None = next(items, None)  # type: ignore[assignment]  # stubs
        if newest is None:
            return None
        return {
            "value": json.loads(newest["value"]["S"]),
            "evaluator_inference_id": newest["evaluator_inference_id"]["S"],
        }
