"""Make an API Gateway event (payload 2.0) of a body: `python -m tools.event BODY > events/X.json`.

`--route "GET /health"` is for another route, `--parameter name=value` for what stands in braces in
it, `--query name=value` for its query, `--base64` for a body that API Gateway took for binary,
`--header name:value` for a header more, `--caller JSON` for what the authorizer says of the caller.
`--authorize CREDENTIAL` makes the event that the authorizer gets of the request instead.
"""

import argparse
import base64
import json
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

HOST = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
CALLER = "192.0.2.10"  # of a network that is reserved for documentation
USER_AGENT = "TensorZero/2026.6.0"


def event(  # noqa: PLR0913 - each is a part of the request
    body: str | bytes | None = None,
    *,
    route: str = "POST /feedback",
    headers: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
    query: Mapping[str, str] | str = "",
    caller: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Make the event that a request becomes.

    A body of bytes is what API Gateway encodes as base64; a query may be given as it is sent.
    """
    method, path = route.split(" ")
    for name, value in (parameters or {}).items():
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}+}}", value)
    content, raw = _content(body), query if isinstance(query, str) else urlencode(query)
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": raw,
        "headers": {
            "accept": "*/*",
            **content,
            "host": HOST,
            "user-agent": USER_AGENT,
            "x-amzn-trace-id": "Root=1-671bceb4-0123456789abcdef01234567",
            "x-forwarded-for": CALLER,
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **(headers or {}),
        },
        **({"queryStringParameters": _joined(raw)} if raw else {}),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": HOST.partition(".")[0],
            **({"authorizer": {"lambda": dict(caller)}} if caller else {}),
            "domainName": HOST,
            "domainPrefix": HOST.partition(".")[0],
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": CALLER,
                "userAgent": USER_AGENT,
            },
            "requestId": "AOIw3jYxoAMEJ2Q=",
            "routeKey": route,
            "stage": "$default",
            "time": "25/Oct/2024:17:01:45 +0000",
            "timeEpoch": 1729875705344,
        },
        **({"pathParameters": dict(parameters)} if parameters else {}),
        **_body(body),
        "isBase64Encoded": isinstance(body, bytes),
    }


def authorization(credential: str, route: str = "POST /feedback") -> dict[str, Any]:
    """Make the event that asks the authorizer whether a credential may use a route."""
    header = f"Bearer {credential}"
    request = event(route=route, headers={"authorization": header})
    stage = request["requestContext"]["stage"]
    resource = f"{HOST.partition('.')[0]}/{stage}/{route.replace(' /', '/')}"
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": f"arn:aws:execute-api:us-east-1:123456789012:{resource}",
        "identitySource": [header, route],
        **{name: request[name] for name in ("routeKey", "rawPath", "rawQueryString", "headers")},
        "requestContext": request["requestContext"],
    }


def _joined(query: str) -> dict[str, str]:
    """Read a query as API Gateway does: a name's values between commas."""
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _content(body: str | bytes | None) -> dict[str, str]:
    if body is None:
        return {}
    raw = body.encode() if isinstance(body, str) else body
    binary = isinstance(body, bytes)
    kind = "application/octet-stream" if binary else "application/json"
    return {"content-length": str(len(raw)), "content-type": kind}


def _body(body: str | bytes | None) -> dict[str, str]:
    if body is None:
        return {}
    return {"body": body if isinstance(body, str) else base64.b64encode(body).decode()}


def main(arguments: list[str]) -> None:
    """Print the event."""
    parser = argparse.ArgumentParser(prog="python -m tools.event", description=__doc__)
    parser.add_argument("body", nargs="?", help="the request's body; none if absent")
    parser.add_argument("--route", default="POST /feedback")
    parser.add_argument("--base64", action="store_true")
    parser.add_argument("--header", action="append", default=[], metavar="NAME:VALUE")
    parser.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--query", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--caller", type=json.loads, metavar="JSON")
    parser.add_argument("--authorize", metavar="CREDENTIAL")
    asked = parser.parse_args(arguments)

    if asked.authorize is not None:
        _print(authorization(asked.authorize, asked.route))
        return
    body = asked.body.encode() if asked.base64 and asked.body is not None else asked.body
    headers = dict(header.split(":", 1) for header in asked.header)
    parameters = dict(parameter.split("=", 1) for parameter in asked.parameter)
    query = dict(parameter.split("=", 1) for parameter in asked.query)
    _print(
        event(
            body,
            route=asked.route,
            headers=headers,
            parameters=parameters,
            query=query,
            caller=asked.caller,
        )
    )


def _print(made: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(made, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
