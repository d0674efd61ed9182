"""What a request has: parameters and a body, each shown as the events in events/ have it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from tests.support.template import ROOT
from tools.openapi.operations import Body, Operation
from tools.openapi.routes import Route
from tools.openapi.schema import UUID, Schema, ref

Events: TypeAlias = dict[str, dict[str, Any]]
"""Events by their names."""


def events(names: Iterable[str]) -> Events:
    """Read the events of requests that are answered 200."""
    return {
        name: json.loads((ROOT / f"events/200-{name}.json").read_text("utf-8")) for name in names
    }


def body(described: Body, events: Events) -> Schema:
    """Describe what a request sends."""
    values = {name: json.loads(event["body"]) for name, event in events.items()}
    if described.is_batch:
        values = {
            name: value if isinstance(value, list) else [value] for name, value in values.items()
        }
    content = {
        "schema": ref(described.schema),
        "examples": {name: {"value": value} for name, value in values.items()},
    }
    return {
        "description": f"JSON in UTF-8, at most {described.at_most:,} bytes.",
        "required": True,
        "content": {"application/json": content},
    }


def parameters(route: Route, operation: Operation, events: Events) -> Iterator[Schema]:
    """Yield the parameters of the path, and those that may be given besides."""
    for name in route.parameters:
        shown = _shown(name, "pathParameters", events)
        yield {"name": name, "in": "path", "required": True, "schema": UUID, **shown}
    for name, parameter in operation.parameters.items():
        part = "headers" if parameter.where == "header" else "queryStringParameters"
        yield {
            "name": name,
            "in": parameter.where,
            "description": parameter.meaning,
            "schema": parameter.schema,
            **_shown(name, part, events),
        }


def _shown(name: str, part: str, events: Events) -> Schema:
    """Show a parameter as the events have it that have it."""
    key = name.lower()
    found = {one: event[part][key] for one, event in events.items() if key in event.get(part, {})}
    return (
        {"examples": {one: {"value": _value(text)} for one, text in found.items()}} if found else {}
    )


def _value(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError:
        return text
