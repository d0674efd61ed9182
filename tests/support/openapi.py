"""docs/openapi.yaml as the tests read it, and whether something is as it says."""

from typing import Any

import jsonschema_rs
import yaml

from tests.support.template import ROOT

PATH = ROOT / "docs/openapi.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(PATH.read_text("utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
"""What is said of each route."""


def documented(route: str) -> str:
    """Return a route as documents write it: without the plus of a variable that has slashes."""
    return route.replace("+}", "}")


def is_valid(schema: dict[str, Any], value: object) -> bool:
    """Whether a schema of the document has room for a value."""
    whole = {**schema, "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True).is_valid(value)


def answers(route: str, status: int) -> dict[str, Any]:
    """Return the schema of a route's answers with a status. Raises KeyError if it has none."""
    content = OPERATIONS[documented(route)]["responses"][str(status)]["content"]
    schema: dict[str, Any] = content["application/json"]["schema"]
    return schema


def body(route: str) -> dict[str, Any]:
    """Return the schema of a route's request bodies."""
    content = OPERATIONS[documented(route)]["requestBody"]["content"]
    schema: dict[str, Any] = content["application/json"]["schema"]
    return schema
