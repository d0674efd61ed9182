"""The template's tables, made in an emulated DynamoDB: the keys that AWS will have."""

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.template import properties

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def create_tables(client: "DynamoDBClient") -> dict[str, str]:
    """Make every table of the template under a new name; logical id to name."""
    suffix = uuid4().hex
    names = {}
    for logical_id, table in properties("AWS::DynamoDB::Table").items():
        names[logical_id] = f"{logical_id}-{suffix}"
        client.create_table(
            TableName=names[logical_id],
            AttributeDefinitions=table["AttributeDefinitions"],
            KeySchema=table["KeySchema"],
            BillingMode="PAY_PER_REQUEST",
        )
    return names
