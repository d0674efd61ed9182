"""template.yaml as data: its loops unrolled, and `!Ref X` as {"Ref": "X"}, as all short forms."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shared.tables import tables

ROOT = Path(__file__).resolve().parents[2]
LOOP = "Fn::ForEach::"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _intrinsic(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, object]:
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    return {name: node.value}


_Loader.add_multi_constructor("!", _intrinsic)


def _unroll(node: Any, values: Mapping[str, str], mappings: Mapping[str, Any]) -> Any:
    """Unroll the loops, whose variables have these values; look up what is then known."""
    match node:
        case str():
            for name, value in values.items():
                node = node.replace(f"${{{name}}}", value)
            return node
        case {"Ref": str(name)} if name in values:
            return values[name]
        case list():
            return [_unroll(child, values, mappings) for child in node]
        case dict():
            return _simplify(_unroll_object(node, values, mappings), mappings)
    return node


def _unroll_object(
    node: dict[str, Any], values: Mapping[str, str], mappings: Mapping[str, Any]
) -> dict[str, Any]:
    unrolled: dict[str, Any] = {}
    for key, child in node.items():
        if key.startswith(LOOP):
            variable, items, body = child
            for item in items:
                unrolled |= _unroll_object(body, {**values, variable: item}, mappings)
        else:
            unrolled[_unroll(key, values, mappings)] = _unroll(child, values, mappings)
    return unrolled


def _simplify(node: dict[str, Any], mappings: Mapping[str, Any]) -> Any:
    """Replace an intrinsic function by its result where nothing of it depends on a deployment."""
    match {name.removeprefix("Fn::"): child for name, child in node.items()}:
        case {"Sub": str(text)} if "${" not in text:
            return text
        case {"GetAtt": [str(name), str(attribute)]}:
            return {"GetAtt": f"{name}.{attribute}"}
        case {"FindInMap": [str(name), str(key), str(attribute), *default]}:
            found = mappings[name].get(key, {}).get(attribute)
            return found or default[0]["DefaultValue"]
    return node


def read(text: str) -> dict[str, Any]:
    """Read a template."""
    template = yaml.load(text, _Loader)  # noqa: S506 - it is a SafeLoader
    unrolled: dict[str, Any] = _unroll(template, {}, template.get("Mappings", {}))
    return unrolled


TEMPLATE = read((ROOT / "template.yaml").read_text("utf-8"))


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """Return the resources of a type, by logical id."""
    return {name: one for name, one in TEMPLATE["Resources"].items() if one["Type"] == kind}


def properties(kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of the resources of a type, by logical id."""
    return {name: one["Properties"] for name, one in resources(kind).items()}


FUNCTIONS = properties("AWS::Serverless::Function")


def variables(function: str) -> dict[str, Any]:
    """Return the environment variables of a function, by its logical id."""
    shared = TEMPLATE["Globals"]["Function"].get("Environment", {}).get("Variables", {})
    own = FUNCTIONS[function].get("Environment", {}).get("Variables", {})
    return {**shared, **own}


TABLES: dict[str, str] = {
    key: logical_id
    for function in FUNCTIONS
    for key, logical_id in tables(
        {
            name: value["Ref"]
            for name, value in variables(function).items()
            if isinstance(value, dict)
        }
    ).items()
}
"""The logical ids of the tables, by the keys that the code has for them."""
