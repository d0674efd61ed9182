"""The template's tables, made in an emulated DynamoDB: the keys that AWS will have."""

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.lambdas import TABLES
from tests.support.template import properties

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def create_tables(client: "DynamoDBClient") -> dict[str, str]:
    """Make every table under a new name; return the names by the keys that the code has."""
    suffix, names = uuid4().hex, {}
    for key, logical_id in TABLES.items():
        table = properties("AWS::DynamoDB::Table")[logical_id]
        names[key] = f"{logical_id}-{suffix}"
        client.create_table(
            TableName=names[key],
            AttributeDefinitions=table["AttributeDefinitions"],
            KeySchema=table["KeySchema"],
            BillingMode="PAY_PER_REQUEST",
        )
    return names
