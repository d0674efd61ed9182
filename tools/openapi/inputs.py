"""What a request has: parameters and a body, each shown as the events in events/ have it."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from tests.support.template import ROOT
from tools.openapi.operations import Body, Operation
from tools.openapi.routes import Route
from tools.openapi.schema import NAME, UUID, Schema, ref

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
        schema = UUID if name.endswith("_id") else NAME
        shown = _shown(name, schema, "pathParameters", events)
        yield {"name": name, "in": "path", "required": True, "schema": schema, **shown}
    for name, parameter in operation.parameters.items():
        part = "headers" if parameter.where == "header" else "queryStringParameters"
        yield {
            "name": name,
            "in": parameter.where,
            **({"required": True} if parameter.required else {}),
            "description": parameter.meaning,
            "schema": parameter.schema,
            **_shown(name, parameter.schema, part, events),
        }


def _shown(name: str, schema: Schema, part: str, events: Events) -> Schema:
    """Show a parameter as the events have it that have it."""
    texts = {one: event.get(part, {}).get(name.lower()) for one, event in events.items()}
    examples = {
        one: {"value": text if schema["type"] == "string" else json.loads(text)}
        for one, text in texts.items()
        if text is not None
    }
    return {"examples": examples} if examples else {}
