"""The OpenAPI document: the template's routes, with what the code and the documents say of them."""

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

from shared import VERSION
from tests.support.template import ROOT, TEMPLATE
from tools.openapi import answers, prose, refusals, requests
from tools.openapi.operations import OPERATIONS, Body, Operation
from tools.openapi.routes import Route, routes
from tools.openapi.schema import UUID, Schema, ref

Document: TypeAlias = dict[str, Any]

_GATEWAY: dict[HTTPStatus, str] = {
    HTTPStatus.UNAUTHORIZED: "API Gateway: the request has no credential.",
    HTTPStatus.FORBIDDEN: "API Gateway: the credential is not valid, or not for this route.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "API Gateway: a function failed, by a fault of ours.",
    HTTPStatus.SERVICE_UNAVAILABLE: "API Gateway: no function answered in time.",
}
"""What API Gateway answers itself, on every route, in a format of its own."""
_RETRY_AFTER: Document = {
    "Retry-After": {
        "description": "Seconds after which the same request may succeed.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
_REPLAYED: Document = {
    "Idempotent-Replayed": {
        "description": "An earlier request with the same key stored it.",
        "schema": {"type": "string", "const": "true"},
    }
}


class UnknownRoute(Exception):
    """A route of the template is not described, or one that is described is not there."""


def document(operations: Mapping[str, Operation] = OPERATIONS) -> Document:
    """Write the document. Raises UnknownRoute."""
    found = {route.key: route for route in routes()}
    if unknown := sorted(found.keys() - operations.keys()):
        raise UnknownRoute(f"in template.yaml, not in tools/openapi/operations.py: {unknown}")
    if gone := sorted(operations.keys() - found.keys()):
        raise UnknownRoute(f"in tools/openapi/operations.py, not in template.yaml: {gone}")
    paths: Document = {}
    for route in found.values():
        paths.setdefault(route.path, {})[route.method] = _operation(route, operations[route.key])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "TensorZero feedback, serverless",
            "version": VERSION,
            "description": (
                "Written by `make docs` out of the template, the code and the documents. "
                "docs/api.md explains it."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The stack's output ApiUrl"}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "credential": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, or an end user's token.",
                }
            },
            "schemas": _schemas(),
        },
    }


def _schemas() -> dict[str, Schema]:
    plain = answers.schemas()
    return {
        **requests.schemas(),
        **plain,
        "FeedbackBatchAnswer": refusals.elements(plain["Stored"], refusals.FEEDBACK_ELEMENT),
        "InferenceBatchAnswer": refusals.elements(plain["Recorded"], refusals.INFERENCE),
        **refusals.schemas(),
    }


def _operation(route: Route, operation: Operation) -> Document:
    described: Document = {
        "operationId": operation.id,
        "summary": prose.ROUTES[route.key],
        "tags": [route.scope or "any key"],
        "security": [{"credential": [route.scope] if route.scope else []}],
    }
    if route.open_by:
        described["description"] = (
            f"Asks for no credential where the template's condition `{route.open_by}` does not hold."
        )
    events = {name: _event(name) for name in operation.examples}
    if parameters := [*_parameters(route, operation, events)]:
        described["parameters"] = parameters
    if operation.body:
        described["requestBody"] = _body(operation.body, events)
    described["responses"] = {
        str(int(status)): response for status, response in _responses(route, operation)
    }
    return described


def _body(body: Body, events: dict[str, dict[str, Any]]) -> Document:
    values = {name: json.loads(event["body"]) for name, event in events.items()}
    if body.is_batch:
        values = {
            name: value if isinstance(value, list) else [value] for name, value in values.items()
        }
    content = {
        "schema": ref(body.schema),
        "examples": {name: {"value": value} for name, value in values.items()},
    }
    return {
        "description": f"JSON in UTF-8, at most {body.at_most:,} bytes.",
        "required": True,
        "content": {"application/json": content},
    }


def _event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / f"events/200-{name}.json").read_text("utf-8"))
    return event


def _parameters(
    route: Route, operation: Operation, events: dict[str, dict[str, Any]]
) -> Iterator[Document]:
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


def _shown(name: str, part: str, events: dict[str, dict[str, Any]]) -> Document:
    """Show a parameter as the events have it that have it."""
    key = name.lower()
    found = {one: event[part][key] for one, event in events.items() if key in event.get(part, {})}
    return {"examples": {one: {"value": _value(text)} for one, text in found.items()}} if found else {}


def _value(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError:
        return text


def _responses(route: Route, operation: Operation) -> Iterator[tuple[HTTPStatus, Document]]:
    headers = {"headers": _REPLAYED} if "Idempotency-Key" in operation.parameters else {}
    yield HTTPStatus.OK, {"description": "OK", **headers, "content": _json(ref(operation.answer))}
    codes = refusals.by_status(operation.refusals | refusals.EVERYWHERE)
    retried = {one.status for one in operation.refusals if refusals.may_be_retried(one)}
    gateway = _gateway(route, operation)
    for status in sorted({*codes, *gateway}):
        texts, schemas = [], []
        if status in gateway:
            texts.append(gateway[status])
            schemas.append(ref("GatewayMessage"))
        if status in codes:
            texts.append(refusals.meanings(codes[status]))
            schemas.append(_refused(route, codes[status]))
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        headers = {"headers": _RETRY_AFTER} if status in retried else {}
        yield status, {"description": "\n\n".join(texts), **headers, "content": _json(schema)}


def _refused(route: Route, codes: list[str]) -> Schema:
    if route.key == "GET /health" and codes == ["storage_unavailable"]:
        return ref("Unhealthy")
    return refusals.refused(codes)


def _gateway(route: Route, operation: Operation) -> dict[HTTPStatus, str]:
    """Return what API Gateway answers itself, by status."""
    defaults = [f"{TEMPLATE['Parameters'][name]['Default']:,}" for name in (route.rate, route.burst)]
    throttled = (
        f"API Gateway: more than `{route.rate}` requests a second or `{route.burst}` at once; "
        f"by default {defaults[0]} and {defaults[1]}."
    )
    large = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "API Gateway: Lambda does not take such a body."}
    return {
        **_GATEWAY,
        HTTPStatus.TOO_MANY_REQUESTS: throttled,
        **(large if operation.body else {}),
    }


def _json(schema: Schema) -> Document:
    return {"application/json": {"schema": schema}}
