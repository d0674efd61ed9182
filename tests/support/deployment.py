"""What a stack consists of with some parameters: every condition of template.yaml is decided."""

from collections.abc import Mapping
from typing import Any

from tests.support.template import Template, values, with_values

NO_VALUE = {"Ref": "AWS::NoValue"}


def deployed(**given: str) -> Template:
    """Decide the conditions too: what is not there with these parameters is left out."""
    return decided(with_values(values(**given)))


def decided(template: Template) -> Template:
    """Leave out of a template what its conditions leave out; its parameters are put in already."""
    held: dict[str, bool] = {}
    for name, condition in template["Conditions"].items():
        held[name] = _holds(condition, held)
    sections = {
        section: {
            name: _decided(one, held)
            for name, one in template[section].items()
            if held.get(one.get("Condition"), True)
        }
        for section in ("Resources", "Outputs")
    }
    return {**template, **sections}


def _holds(condition: Any, held: Mapping[str, bool]) -> bool:
    match condition:
        case {"Condition": str(name)}:
            return held[name]
        case {"Fn::Equals": [one, other]}:
            return bool(one == other)
        case {"Fn::Not": [one]}:
            return not _holds(one, held)
        case {"Fn::And": list(all_)}:
            return all(_holds(one, held) for one in all_)
    raise NotImplementedError(condition)


def _decided(node: Any, held: Mapping[str, bool]) -> Any:
    match node:
        case {"Fn::If": [str(name), yes, no]}:
            return _decided(yes if held[name] else no, held)
        case dict():
            children = {name: _decided(child, held) for name, child in node.items()}
            return {name: child for name, child in children.items() if child != NO_VALUE}
        case list():
            return [one for one in (_decided(child, held) for child in node) if one != NO_VALUE]
    return node
