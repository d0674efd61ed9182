"""Recorded inferences, read back by their id."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from feedback.model import Level
from reads import view
from shared.dynamodb import outages
from shared.refusal import Refusal
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class InferenceNotFound(Refusal):
    """No such inference is recorded."""

    code = "inference_not_found"
    status = HTTPStatus.NOT_FOUND


@dataclass(frozen=True, slots=True)
class DynamoInferences:
    """Inferences in the table of targets; reads are strongly consistent."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]

    def get(self, inference_id: Uuid) -> view.View:
        """Return an inference as it was recorded. Raises InferenceNotFound, StorageUnavailable."""
        with outages():
            answer: Any = self.client.get_item(
                TableName=self.tables["target"],
                Key={"target_id": {"S": inference_id}},
                ConsistentRead=True,
            )
        item = answer.get("Item")
        if item is None or item["target_type"] != {"S": Level.INFERENCE}:
            raise InferenceNotFound(f"Inference ID: {inference_id} is not recorded")
        return view.inference(item)
