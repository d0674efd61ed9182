"""What a deployment brings into force: SAM's own transform, before a change and after it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.support.template import ROOT, TEMPLATE, properties

Template: TypeAlias = dict[str, Any]

FUNCTIONS = properties("AWS::Serverless::Function")
LAYERS = properties("AWS::Serverless::LayerVersion")
SHARED = TEMPLATE["Globals"]["Function"]["Layers"]
INTRINSICS = {"And", "Equals", "FindInMap", "GetAtt", "If", "Join", "Not", "Or", "Sub"}


def _spelled(node: Any) -> Any:
    """Give the long forms of what YAML's tags are short for."""
    match node:
        case {"GetAtt": str(path)}:
            return {"Fn::GetAtt": path.split(".", 1)}
        case dict() if len(node) == 1 and (name := next(iter(node))) in INTRINSICS:
            return {f"Fn::{name}": _spelled(node[name])}
        case dict():
            return {name: _spelled(child) for name, child in node.items()}
        case list():
            return [_spelled(child) for child in node]
    return node


def _resolved(node: Any, values: dict[str, Any]) -> Any:
    """Put the values of parameters in, as AWS::LanguageExtensions does before SAM looks."""
    match node:
        case {"Ref": str(name)} if name in values:
            return values[name]
        case dict():
            return {name: _resolved(child, values) for name, child in node.items()}
        case list():
            return [_resolved(child, values) for child in node]
    return node


def packaged(given: dict[str, str] | None = None) -> Template:
    """Give the template as `sam deploy` sends it: what was built lies in a bucket."""
    assert TEMPLATE["Transform"] == ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]
    defaults = {name: one["Default"] for name, one in TEMPLATE["Parameters"].items()}
    template: Template = _resolved(_spelled(TEMPLATE), {**defaults, **(given or {})})
    del template["Globals"]["Function"]["CodeUri"]
    for name in FUNCTIONS:
        template["Resources"][name]["Properties"]["CodeUri"] = f"s3://bucket/{name}"
    for name in LAYERS:
        template["Resources"][name]["Properties"]["ContentUri"] = f"s3://bucket/{name}"
    return template


def versions(
    change: Callable[[Template], object] = lambda _: None, given: dict[str, str] | None = None
) -> dict[str, str]:
    """Tell which version each function's alias points to, once a change is made and deployed."""
    template = packaged(given)
    change(template)
    made = subprocess.run(
        [ROOT / ".tools/sam/bin/python", Path(__file__).with_name("transform.py")],
        input=json.dumps(template),
        capture_output=True,
        text=True,
        check=True,
    )
    aliases = {
        name: one["Properties"]
        for name, one in json.loads(made.stdout)["Resources"].items()
        if one["Type"] == "AWS::Lambda::Alias"
    }
    return {
        one["FunctionName"]["Ref"]: one["FunctionVersion"]["Fn::GetAtt"][0]
        for one in aliases.values()
    }


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    """Deploy it as it is."""
    return versions()


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Tell whose alias points to another version."""
    assert before.keys() == after.keys() == FUNCTIONS.keys()
    return {name for name in before if before[name] != after[name]}


def test_what_has_not_changed_stays_in_force(before: dict[str, str]) -> None:
    """A deployment without a change rolls nothing out."""
    assert changed(before, versions()) == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_new_layer_comes_into_force_with_the_functions_that_have_it(
    layer: str, before: dict[str, str]
) -> None:
    """A configuration that has changed, or a package; and no other function is rolled out."""

    def change(template: Template) -> None:
        template["Resources"][layer]["Properties"]["ContentUri"] = "s3://bucket/new"

    having = {
        name
        for name, function in FUNCTIONS.items()
        if {"Ref": layer} in [*SHARED, *function.get("Layers", ())]
    }
    assert changed(before, versions(change)) == having != set()


def test_new_code_comes_into_force(before: dict[str, str]) -> None:
    """Of its function."""

    def change(template: Template) -> None:
        template["Resources"]["FeedbackFunction"]["Properties"]["CodeUri"] = "s3://bucket/new"

    assert changed(before, versions(change)) == {"FeedbackFunction"}


@pytest.mark.parametrize(
    ("parameter", "value", "concerned"),
    [
        ("IdempotencyDays", "8", {"FeedbackFunction", "BatchFunction"}),
        ("MemorySize", "1024", set(FUNCTIONS)),
        ("Architecture", "x86_64", set(FUNCTIONS)),
        ("AuthorizerCacheSeconds", "0", set()),
    ],
)
def test_a_new_value_of_a_parameter_comes_into_force(
    parameter: str, value: str, concerned: set[str], before: dict[str, str]
) -> None:
    """With the functions that it is for."""
    assert changed(before, versions(given={parameter: value})) == concerned
