"""The bare SDK: `boto3.client`, as anyone makes it, and the calls that the event names."""

from typing import Any

import boto3

client = boto3.client("dynamodb")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Make the calls."""
    for method, parameters in event["calls"]:
        getattr(client, method)(**parameters)
    return {}
