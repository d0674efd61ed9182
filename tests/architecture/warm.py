"""Run in a process of its own: counts the Python calls of a warm request, without a network.

`python warm.py handler EVENT` sends submit.app an event, `python warm.py floor CALLS` makes the
same SDK calls with a bare client; both are JSON. Prints {"counts": […], "sent": [[operation,
parameters], …]}.
"""

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from types import FrameType
from typing import Any

import botocore
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

WARM_UP = 5
FOUND = b'{"Item":{"target_type":{"S":"inference"}}}'


class Raw:
    """The body of an answer, as urllib3 would give it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        """Give it in one piece."""
        yield self._content


def main(side: str, given: str) -> None:
    """Warm up, count a few requests, and say what was sent in the last one."""
    sent: list[tuple[str, dict[str, Any]]] = []

    def answer(request: Any, **_: object) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target if isinstance(target, str) else target.decode()).partition(".")[2]
        sent.append((operation, json.loads(request.body)))
        content = FOUND if operation == "GetItem" else b"{}"
        return AWSResponse(request.url, 200, HTTPHeaders(), Raw(content))

    def install(session: Any) -> None:
        session.register("before-send.dynamodb", answer)

    botocore.register_initializer(install)
    sides: dict[str, Callable[[Any], Callable[[], None]]] = {"handler": handler, "floor": floor}
    request = sides[side](json.loads(given))
    for _ in range(WARM_UP):
        request()
    counts = []
    for _ in range(3):
        sent.clear()
        counts.append(count(request))
    sys.stdout.write(f"\n{json.dumps({'counts': counts, 'sent': sent})}\n")


def handler(event: dict[str, Any]) -> Callable[[], None]:
    """Import the handler as Lambda does, and give what sends it the event."""
    lambda_handler = import_module("submit.app").handler
    context = type("Context", (), {"aws_request_id": "1"})()

    def request() -> None:
        reply = lambda_handler(event, context)
        assert reply["statusCode"] == 200, reply

    return request


def floor(calls: list[tuple[str, dict[str, Any]]]) -> Callable[[], None]:
    """Make the SDK's client as anyone would, and give what makes the calls."""
    client = import_module("boto3").client("dynamodb")
    methods = {"GetItem": client.get_item, "PutItem": client.put_item}

    def request() -> None:
        for operation, parameters in calls:
            methods[operation](**parameters)

    return request


def count(request: Callable[[], None]) -> int:
    """Count the Python functions that a request calls."""
    calls = 0

    def profile(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(profile)
    request()
    sys.setprofile(None)
    return calls


if __name__ == "__main__":
    main(*sys.argv[1:])
