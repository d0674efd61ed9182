"""The OpenAPI document: the template's routes, with what the code and the documents say of them."""

from collections.abc import Mapping

from shared import VERSION
from tools.openapi import answers, inputs, outputs, prose, refusals, requests
from tools.openapi.operations import OPERATIONS, Operation
from tools.openapi.routes import Route, routes
from tools.openapi.schema import Schema


class UnknownRoute(Exception):
    """A route of the template is not described, or one that is described is not there."""


def document(operations: Mapping[str, Operation] = OPERATIONS) -> Schema:
    """Write the document. Raises UnknownRoute."""
    found = {route.key: route for route in routes()}
    if unknown := sorted(found.keys() - operations.keys()):
        raise UnknownRoute(f"in template.yaml, not in tools/openapi/operations.py: {unknown}")
    if gone := sorted(operations.keys() - found.keys()):
        raise UnknownRoute(f"in tools/openapi/operations.py, not in template.yaml: {gone}")
    paths: Schema = {}
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


def _operation(route: Route, operation: Operation) -> Schema:
    described: Schema = {
        "operationId": operation.id,
        "summary": prose.ROUTES[f"{route.method.upper()} {route.path}"],
        "tags": [route.scope or "any key"],
        "security": [{"credential": [route.scope] if route.scope else []}],
    }
    if route.open_by:
        described["description"] = (
            f"Without the template's condition `{route.open_by}`, no credential is asked for."
        )
    if route.there_by:
        described["description"] = f"There with the template's condition `{route.there_by}` only."
    events = inputs.events(operation.examples)
    if parameters := [*inputs.parameters(route, operation, events)]:
        described["parameters"] = parameters
    if operation.body:
        described["requestBody"] = inputs.body(operation.body, events)
    return {**described, "responses": dict(outputs.responses(route, operation))}
