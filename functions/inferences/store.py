"""Where inferences and episodes are recorded: once, and never overwritten."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from inferences.request import InferenceRecord
from shared.document import Json, dump
from shared.dynamodb import Item, check_size, outages
from shared.errors import InferenceConflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoInferences:
    """Inferences and episodes in the table of targets."""

    client: "DynamoDBClient"
    table: str

    def record(self, inference: InferenceRecord) -> None:
        """Record an inference and its episode; again is harmless.

        The episode comes first: whoever finds the inference finds its episode too. Raises
        InferenceConflict if an id stands for something else already, ItemTooLarge, and
        StorageUnavailable.
        """
        item = to_item(inference)
        self._put({"target_id": item["episode_id"], "target_type": {"S": "episode"}})
        self._put(item)

    def _put(self, item: Item) -> None:
        try:
            with outages():
                self.client.put_item(
                    TableName=self.table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(target_id)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except self.client.exceptions.ConditionalCheckFailedException as error:
            _require_same(item, error)


def to_item(inference: InferenceRecord) -> Item:
    """Give an inference's item; documents are kept as JSON texts. Raises ItemTooLarge.

    An output is found by its text, so its keys are sorted.
    """
    item = {
        "target_id": {"S": inference.inference_id},
        "target_type": {"S": "inference"},
        "episode_id": {"S": inference.episode_id},
        "function_name": {"S": inference.function_name},
        "variant_name": {"S": inference.variant_name},
    }
    documents: dict[str, Json] = {
        "tool_params": inference.tool_params or None,
        "output_schema": inference.output_schema,
        "output": inference.output,
    }
    for name, document in documents.items():
        if document is not None:
            item[name] = {"S": dump(document, sort_keys=name == "output")}
    return check_size(item)


def _require_same(item: Item, error: ClientError) -> None:
    recorded = error.response.get("Item")
    if recorded != item:
        kind, uuid = item["target_type"]["S"], item["target_id"]["S"]
        raise InferenceConflict(
            f"{kind.capitalize()} ID: {uuid} is already recorded, with other content"
        ) from error
