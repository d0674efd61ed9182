"""template.yaml as data: its loops written out, and every short form spelled in full.

What CloudFormation makes of it, with parameters, is in tests.support.deployment.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import yaml

ROOT = Path(__file__).resolve().parents[2]
Template: TypeAlias = dict[str, Any]
LOOP = "Fn::ForEach::"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _intrinsic(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, object]:
    value: object
    match node:
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
        case _:
            value = node.value.split(".", 1) if name == "GetAtt" else node.value
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _intrinsic)

_SOURCE: Template = yaml.load(
    (ROOT / "template.yaml").read_text("utf-8"),
    _Loader,  # noqa: S506 - it is a SafeLoader
)


def with_values(values: Mapping[str, object]) -> Template:
    """Do what AWS::LanguageExtensions does: loops, parameters and mappings become what they say."""
    template: Template = _written_out(_SOURCE, values)
    return template


def _written_out(node: Any, names: Mapping[str, object]) -> Any:
    if isinstance(node, list):
        return [_written_out(child, names) for child in node]
    return _resolved(dict(_members(node, names)), names) if isinstance(node, dict) else node


def _resolved(node: Template, names: Mapping[str, object]) -> Any:
    """Put in what names stand for; a text that is no Fn::Sub stays as it is, as on AWS."""
    match node:
        case {"Ref": str(name)} if name in names:
            return names[name]
        case {"Fn::Sub": argument}:
            return _substituted(argument, names)
        case {"Fn::FindInMap": argument}:
            return _found(argument)
        case {"Fn::Join": [between, list(parts)]} if all(isinstance(one, str) for one in parts):
            return between.join(parts)
    return node


def _members(node: Template, names: Mapping[str, object]) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if not key.startswith(LOOP):
            yield key, _written_out(value, names)
            continue
        identifier, items, body = value
        for item in _written_out(items, names):
            for name, member in body.items():
                produced = name.replace(f"${{{identifier}}}", item)
                yield produced, _written_out(member, {**names, identifier: item})


def _substituted(argument: Any, names: Mapping[str, object]) -> Any:
    text, *variables = argument if isinstance(argument, list) else [argument]
    known = {**names, **(variables[0] if variables else {})}
    text = re.sub(
        r"\$\{([\w:]+)\}",
        lambda one: known[one[1]] if isinstance(known.get(one[1]), str) else one[0],
        text,
    )
    if "${" not in text:
        return text
    return {"Fn::Sub": [text, *variables] if variables else text}


def _found(argument: list[Any]) -> Any:
    name, first, second, *default = argument
    if not isinstance(first, str):
        return {"Fn::FindInMap": argument}
    row = _SOURCE["Mappings"][name].get(first, {})
    return row.get(second, default[0]["DefaultValue"]) if default else row[second]


def values(**given: str) -> dict[str, object]:
    """Give the value of every parameter: of a development stack, if none is given."""
    texts = {name: str(one.get("Default", "dev")) for name, one in _SOURCE["Parameters"].items()}
    return {
        name: value.split(",") if _SOURCE["Parameters"][name]["Type"].endswith("List") else value
        for name, value in (texts | given).items()
    }


TEMPLATE = with_values({})


def resources(kind: str, template: Template = TEMPLATE) -> dict[str, dict[str, Any]]:
    """Give the resources of a type, by logical id."""
    return {name: one for name, one in template["Resources"].items() if one["Type"] == kind}


def properties(kind: str, template: Template = TEMPLATE) -> dict[str, dict[str, Any]]:
    """Give the properties of the resources of a type, by logical id."""
    return {name: one["Properties"] for name, one in resources(kind, template).items()}
