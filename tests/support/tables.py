"""The template's tables, made in an emulated DynamoDB: the keys that AWS will have."""

from typing import TYPE_CHECKING
from uuid import uuid4

from tests.support.lambdas import TABLES
from tests.support.template import properties

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def create_tables(client: "DynamoDBClient") -> dict[str, str]:
    """Make every table under a new name; return the names by the keys that the code has."""
    return {key: create_table(client, key) for key in TABLES}


def create_table(client: "DynamoDBClient", key: str) -> str:
    """Make one table under a new name, which is returned."""
    table = properties("AWS::DynamoDB::Table")[TABLES[key]]
    name = f"{TABLES[key]}-{uuid4().hex}"
    client.create_table(
        TableName=name,
        AttributeDefinitions=table["AttributeDefinitions"],
        KeySchema=table["KeySchema"],
        BillingMode="PAY_PER_REQUEST",
    )
    return name
