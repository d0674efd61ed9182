"""`python -m tools.retained STACK --into FOLDER`: what imports the tables of a deleted stack.

CloudFormation wants a template with nothing but the tables, and which is which by its name. The
next deployment gives them the rest of their settings.
"""

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def tables(client: "DynamoDBClient", stack: str) -> dict[str, str]:
    """Find the tables that CloudFormation named for a stack: logical id to name.

    Raises ValueError where a logical id has several tables: which one is meant is not known.
    """
    pattern = re.compile(rf"{re.escape(stack)}-([A-Za-z0-9]+)-[A-Z0-9]+")
    found: dict[str, str] = {}
    for page in client.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            if match := pattern.fullmatch(name):
                if match[1] in found:
                    raise ValueError(f"{match[1]} may be {found[match[1]]} or {name}")
                found[match[1]] = name
    return found


def template(client: "DynamoDBClient", names: dict[str, str]) -> dict[str, Any]:
    """Describe the tables as they are."""
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            logical_id: {
                "Type": "AWS::DynamoDB::Table",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": _properties(client, name),
            }
            for logical_id, name in names.items()
        },
    }


def _properties(client: "DynamoDBClient", name: str) -> dict[str, Any]:
    table = client.describe_table(TableName=name)["Table"]
    stream = table.get("StreamSpecification", {}).get("StreamViewType")
    return {
        "AttributeDefinitions": table["AttributeDefinitions"],
        "KeySchema": table["KeySchema"],
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        # Without it, the next deployment would turn a stream on that is on, which DynamoDB refuses.
        **({"StreamSpecification": {"StreamViewType": stream}} if stream else {}),
    }


def resources(names: dict[str, str]) -> list[dict[str, Any]]:
    """Return which table is which resource."""
    return [
        {
            "ResourceType": "AWS::DynamoDB::Table",
            "LogicalResourceId": logical_id,
            "ResourceIdentifier": {"TableName": name},
        }
        for logical_id, name in names.items()
    ]


def main() -> None:
    """Write both documents, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack", help="the name that the stack had")
    parser.add_argument("--region")
    parser.add_argument("--into", type=Path, required=True, metavar="FOLDER")
    asked = parser.parse_args()
    client = boto3.client("dynamodb", region_name=asked.region)
    names = tables(client, asked.stack)
    asked.into.mkdir(parents=True, exist_ok=True)
    (asked.into / "template.json").write_text(json.dumps(template(client, names), indent=2))
    (asked.into / "resources.json").write_text(json.dumps(resources(names), indent=2))
    for logical_id, name in names.items():
        print(f"{logical_id}: {name}")


if __name__ == "__main__":
    main()
