"""The keys in a stack's table: put there, listed, disabled; none is ever deleted."""

from datetime import UTC, datetime

from feedback_cli.aws import failures
from feedback_cli.errors import Failure
from feedback_cli.keys import Item, Key, moment
from feedback_cli.stack import Stack


def put(stack: Stack, item: Item) -> None:
    """Store a new key. Raises Failure."""
    with failures():
        stack.client.put_item(
            TableName=stack.table, Item=item, ConditionExpression="attribute_not_exists(id)"
        )


def listed(stack: Stack) -> list[Key]:
    """Read all keys, the newest first. Raises Failure."""
    pages = stack.client.get_paginator("scan").paginate(TableName=stack.table, ConsistentRead=True)
    with failures():
        keys = [Key.parse(item) for page in pages for item in page["Items"]]
    return sorted(keys, key=lambda key: (key.created_at, key.id), reverse=True)


def disable(stack: Stack, key_id: str) -> Key:
    """Disable a key from now on; a disabled one stays as it is. Raises Failure."""
    try:
        with failures():
            answer = stack.client.update_item(
                TableName=stack.table,
                Key={"id": {"S": key_id}},
                UpdateExpression="SET disabled_at = if_not_exists(disabled_at, :now)",
                ConditionExpression="attribute_exists(id)",
                ExpressionAttributeValues={":now": {"S": moment(datetime.now(UTC))}},
                ReturnValues="ALL_NEW",
            )
    except Failure as failure:
        if isinstance(failure.__cause__, stack.client.exceptions.ConditionalCheckFailedException):
            raise Failure(f"No key has the id {key_id!r}.") from failure
        raise
    return Key.parse(answer["Attributes"])
