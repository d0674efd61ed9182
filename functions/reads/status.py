"""The answers of `GET /status` and `GET /health`, in TensorZero's shapes."""

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from shared import VERSION, http
from shared.caller import caller
from shared.catalog import Catalog
from shared.dynamodb import outages
from shared.endpoint import Handler
from shared.errors import CredentialExpired, StorageUnavailable
from shared.http import Event, Reply

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOBODY = {"target_id": {"S": "00000000-0000-0000-0000-000000000000"}}
"""A key that no inference and no episode has."""


def build(catalog: Catalog, client: "DynamoDBClient", table: str) -> Handler:
    """Make the Lambda handler."""
    status = {"status": "ok", "version": VERSION, "config_hash": catalog.snapshot_hash}

    def handler(event: Event, _context: object) -> Reply:
        try:
            caller(event, time.time())
        except CredentialExpired as refusal:
            return http.refuse(refusal)
        if event["routeKey"] == "GET /health":
            return _health(client, table)
        return http.reply(HTTPStatus.OK, status)

    return handler


def _health(client: "DynamoDBClient", table: str) -> Reply:
    try:
        with outages():
            client.get_item(TableName=table, Key=NOBODY)
    except StorageUnavailable:
        body = {"gateway": "ok", "dynamodb": "error"}
        return http.reply(HTTPStatus.SERVICE_UNAVAILABLE, body)
    return http.reply(HTTPStatus.OK, {"gateway": "ok", "dynamodb": "ok"})
