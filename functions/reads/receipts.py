"""Where feedback is looked for: in the table of every kind, in one round trip."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.dynamodb import Attribute, Item, outages
from shared.errors import StorageUnavailable
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoReceipts:
    """Feedback in DynamoDB tables, read strongly consistent: what was stored is found."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    """The name that a table has on AWS to the kind of feedback in it."""

    def get(self, target_id: Uuid, feedback_id: Uuid) -> dict[str, Any] | None:
        """Read feedback as TensorZero shows it; None if it is not stored.

        Raises StorageUnavailable: whether it is stored is then not known.
        """
        with outages():
            answer: Any = self.client.batch_get_item(
                RequestItems={
                    table: {"Keys": [_key(kind, target_id, feedback_id)], "ConsistentRead": True}
                    for table, kind in self.tables.items()
                }
            )
        for table, items in answer["Responses"].items():
            for item in items:
                return {"type": self.tables[table], **_plain(item)}
        if answer.get("UnprocessedKeys"):
            raise StorageUnavailable(congested=True)
        return None


def _key(kind: str, target_id: Uuid, feedback_id: Uuid) -> Item:
    target = "inference_id" if kind == "demonstration" else "target_id"
    return {target: {"S": target_id}, "id": {"S": feedback_id}}


def _plain(item: Item) -> dict[str, Any]:
    return {name: _value(attribute) for name, attribute in sorted(item.items())}


def _value(attribute: Attribute) -> Any:  # noqa: ANN401 - JSON
    [(kind, value)] = attribute.items()
    if kind == "N":
        return float(value)
    if kind == "M":
        return {name: _value(entry) for name, entry in value.items()}
    return value
