"""Labels: people's verdicts, looked up by datapoint, metric and output."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from feedback.rows import LABELS, read_label
from reads.label_query import LabelQuery
from shared.dynamodb import outages
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoLabels:
    """Labels in the table of human feedback on evaluations."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]

    def latest(self, datapoint_id: Uuid, query: LabelQuery) -> dict[str, Any] | None:
        """Return the newest label that fits; None if there is none. Raises StorageUnavailable."""
        start: Any = {}
        while True:
            with outages():  # each page is a call, and looks at the time that is left
                page: Any = self.client.query(**self._query(datapoint_id, query), **start)
            if page["Items"]:
                return read_label(page["Items"][0])
            if "LastEvaluatedKey" not in page:
                return None
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _query(self, datapoint_id: Uuid, query: LabelQuery) -> dict[str, Any]:
        return {
            "TableName": self.tables[LABELS],
            "KeyConditionExpression": "datapoint_id = :datapoint",
            "FilterExpression": "metric_name = :metric AND #output = :output",
            "ExpressionAttributeNames": {"#output": "output"},
            "ExpressionAttributeValues": {
                ":datapoint": {"S": datapoint_id},
                ":metric": {"S": query.metric_name},
                ":output": {"S": query.output},
            },
            "ScanIndexForward": False,
            "ConsistentRead": True,
        }
