"""Where inferences and episodes are recorded: once, and never overwritten."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from feedback.model import Inference
from feedback.rows import DOCUMENTS, episode_item, inference_item
from shared.document import dump
from shared.dynamodb import outages
from shared.items import Item
from shared.refusal import Refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class InferenceConflict(Refusal):
    """The id is recorded already, with other content."""

    code = "inference_conflict"
    status = HTTPStatus.CONFLICT


@dataclass(frozen=True, slots=True)
class DynamoInferences:
    """Inferences and episodes in the table of targets."""

    client: "DynamoDBClient"
    table: str

    def record(self, inference: Inference, *, episode_is_known: bool = False) -> None:
        """Record an inference and its episode; recording it again changes nothing.

        The episode comes first: whoever finds the inference finds its episode too. It is not
        written if the caller has recorded it already. Raises InferenceConflict if an id stands for
        something else already, ItemTooLarge, and StorageUnavailable.
        """
        item = inference_item(inference)
        if not episode_is_known:
            self._put(episode_item(inference.episode_id))
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
            # The stubs' response has no Item.
            recorded: Item = error.response.get("Item", {})  # type: ignore[assignment]
            _require_same(item, recorded)


def _require_same(item: Item, recorded: Item) -> None:
    if _normal(recorded) != _normal(item):
        kind, uuid = item["target_type"]["S"], item["target_id"]["S"]
        raise InferenceConflict(
            f"{kind.capitalize()} ID: {uuid} is already recorded, with other content"
        )


def _normal(item: Item) -> Item:
    """Write the item's documents with sorted keys: their order says nothing."""
    documents = {
        name: {"S": dump(json.loads(item[name]["S"]), sort_keys=True)}
        for name in DOCUMENTS
        if name in item
    }
    return {**item, **documents}
