"""The handler of the reads, over a client that stands in for DynamoDB."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from feedback.kinds.registry import KINDS
from reads.api import build, views
from reads.inferences import DynamoInferences
from reads.labels import DynamoLabels
from reads.receipts import DynamoReceipts
from reads.status import Status
from shared.items import Item
from tests.unit.fakes import Invocation, telemetry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLES = {name: f"{name}-table" for name in [*KINDS, "target"]}
CONFIG_HASH = "5f" * 32


@dataclass
class Database:
    """A client with the items of each table, and what it was asked for; or one that fails."""

    items: dict[str, list[Item]] = field(default_factory=dict)
    failure: Exception | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """Find all of them."""
        self.asked.append(request["RequestItems"])
        return {"Responses": self.items, "UnprocessedKeys": {}}

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Find nothing, or fail."""
        self.asked.append(request)
        if self.failure is not None:
            raise self.failure
        return {}

    def get(self, route: str, **event: Any) -> tuple[int, dict[str, Any]]:
        """Send an event to the handler."""
        client = cast("DynamoDBClient", self)
        parts = (
            DynamoReceipts(client, TABLES),
            DynamoLabels(client, TABLES),
            DynamoInferences(client, TABLES),
            Status(client, TABLES, CONFIG_HASH),
        )
        handler = build(views(*parts), telemetry("reads"))
        reply = handler({"routeKey": route, **event}, Invocation())
        assert reply["headers"]["content-type"] == "application/json"
        return reply["statusCode"], json.loads(reply["body"])
