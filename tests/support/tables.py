"""The template's tables, made in an emulated DynamoDB: the keys that AWS will have."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import yaml

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
TABLE = "AWS::DynamoDB::Table"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags, each read as what it is written on."""


def _plain(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _plain)  # type: ignore[no-untyped-call]  # its stubs lack it


@cache
def resources() -> dict[str, Any]:
    """Read the template's resources."""
    document = yaml.load(TEMPLATE.read_text(), _Loader)  # noqa: S506 - it is a SafeLoader
    found: dict[str, Any] = document["Resources"]
    return found


def create_tables(client: "DynamoDBClient") -> dict[str, str]:
    """Make every table of the template under a new name; logical id to name."""
    suffix = uuid4().hex
    names = {}
    for logical_id, resource in resources().items():
        if resource["Type"] == TABLE:
            names[logical_id] = f"{logical_id}-{suffix}"
            client.create_table(
                TableName=names[logical_id],
                AttributeDefinitions=resource["Properties"]["AttributeDefinitions"],
                KeySchema=resource["Properties"]["KeySchema"],
                BillingMode="PAY_PER_REQUEST",
            )
    return names
