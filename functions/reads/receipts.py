"""Receipts: feedback by its target's id and its own, looked for in every kind's table at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from feedback.kinds.registry import KINDS
from feedback.rows import feedback_key, read_feedback
from shared.dynamodb import StorageUnavailable, outages
from shared.refusal import Refusal, excerpt
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class FeedbackNotFound(Refusal):
    """No such feedback is stored."""

    code = "feedback_not_found"
    status = HTTPStatus.NOT_FOUND


class UnknownRoute(Refusal):
    """No route has this path: the word in the place of an id is not one."""

    code = "unknown_route"
    status = HTTPStatus.NOT_FOUND

    def __init__(self, path: str) -> None:
        """Say it in TensorZero's words."""
        super().__init__(f"Route not found: GET {excerpt(path)}")


@dataclass(frozen=True, slots=True)
class DynamoReceipts:
    """Feedback in DynamoDB tables; reads are strongly consistent."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]

    def get(self, target_id: Uuid, feedback_id: Uuid) -> dict[str, Any] | None:
        """Return feedback as TensorZero shows it; None if it is not stored.

        Raises StorageUnavailable: whether it is stored is then not known.
        """
        kinds = {self.tables[kind.name]: kind for kind in KINDS.values()}
        with outages():
            answer: Any = self.client.batch_get_item(
                RequestItems={
                    table: {
                        "Keys": [feedback_key(kind, target_id, feedback_id)],
                        "ConsistentRead": True,
                    }
                    for table, kind in kinds.items()
                }
            )
        for table, items in answer["Responses"].items():
            for item in items:
                return read_feedback(kinds[table], item)
        if answer.get("UnprocessedKeys"):
            raise StorageUnavailable(congested=True)
        return None
