"""What a request is answered: by its function, and by API Gateway before or instead of it."""

from collections.abc import Iterator
from http import HTTPStatus

from tests.support.template import TEMPLATE
from tools.openapi import refusals
from tools.openapi.operations import Operation
from tools.openapi.routes import Route
from tools.openapi.schema import Schema, ref

_GATEWAY: dict[HTTPStatus, str] = {
    HTTPStatus.UNAUTHORIZED: "API Gateway: the request has no credential.",
    HTTPStatus.FORBIDDEN: "API Gateway: the credential is not valid, or not for this route.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "API Gateway: a function failed, by a fault of ours.",
    HTTPStatus.SERVICE_UNAVAILABLE: "API Gateway: no function answered in time.",
}
"""What API Gateway answers itself, on every route, in a format of its own."""
_RETRY_AFTER: Schema = {
    "Retry-After": {
        "description": "Seconds after which the same request may succeed.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
_REPLAYED: Schema = {
    "Idempotent-Replayed": {
        "description": "An earlier request with the same key stored it.",
        "schema": {"type": "string", "const": "true"},
    }
}


def responses(route: Route, operation: Operation) -> Iterator[tuple[str, Schema]]:
    """Yield the answers by their statuses: the function's, and API Gateway's own."""
    headers = {"headers": _REPLAYED} if "Idempotency-Key" in operation.parameters else {}
    yield "200", {"description": "OK", **headers, "content": _json(ref(operation.answer))}
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
            schemas.append(_refused(operation, status, codes[status]))
        schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
        headers = {"headers": _RETRY_AFTER} if status in retried else {}
        yield (
            str(int(status)),
            {"description": "\n\n".join(texts), **headers, "content": _json(schema)},
        )


def _refused(operation: Operation, status: HTTPStatus, codes: list[str]) -> Schema:
    if operation.outage and status is HTTPStatus.SERVICE_UNAVAILABLE:
        return ref(operation.outage)
    return refusals.refused(codes)


def _gateway(route: Route, operation: Operation) -> dict[HTTPStatus, str]:
    """Return what API Gateway answers itself, by status."""
    defaults = [
        f"{TEMPLATE['Parameters'][name]['Default']:,}" for name in (route.rate, route.burst)
    ]
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


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}
