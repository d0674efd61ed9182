"""template.yaml as data: `!Ref X` is {"Ref": "X"}, and so is every other short form."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _intrinsic(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, object]:
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: node.value}


_Loader.add_multi_constructor("!", _intrinsic)

TEMPLATE: dict[str, Any] = yaml.load(
    (ROOT / "template.yaml").read_text("utf-8"),
    _Loader,  # noqa: S506 - it is a SafeLoader
)


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Give the resources of a type, by logical id."""
    return {name: one for name, one in TEMPLATE["Resources"].items() if one["Type"] == kind}


def properties(kind: str) -> dict[str, dict[str, Any]]:
    """Give the properties of the resources of a type, by logical id."""
    return {name: one["Properties"] for name, one in resources(kind).items()}
