"""The answers of `GET /status` and `GET /health`, in TensorZero's shapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared import VERSION
from shared.dynamodb import StorageUnavailable, outages

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NO_TARGET = {"target_id": {"S": "00000000-0000-0000-0000-000000000000"}}
"""A key that no inference and no episode has."""


class Unhealthy(StorageUnavailable):
    """DynamoDB does not answer, said in the shape of a health check."""

    @property
    def payload(self) -> dict[str, Any]:
        """The answer's body."""
        return {"gateway": "ok", "dynamodb": "error"}


@dataclass(frozen=True, slots=True)
class Status:
    """What is deployed, and whether it can reach its tables."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    config_hash: str

    def status(self) -> dict[str, Any]:
        """Return the version and the hash of the configuration."""
        return {"status": "ok", "version": VERSION, "config_hash": self.config_hash}

    def health(self) -> dict[str, Any]:
        """Read a table. Raises Unhealthy."""
        try:
            with outages():
                self.client.get_item(TableName=self.tables["target"], Key=NO_TARGET)
        except StorageUnavailable as outage:
            raise Unhealthy from outage
        return {"gateway": "ok", "dynamodb": "ok"}
