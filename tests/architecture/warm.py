"""Run in a process of its own: counts the Python calls of a warm request, server excluded.

`python warm.py handler EVENT` sends submit.app an event, `python warm.py floor CALLS` makes the
same SDK calls with a bare client; both are JSON. Prints {"counts": […], "sent": [[operation,
parameters], …], "sdk": whether it was loaded}.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from types import FrameType
from typing import Any

WARM_UP = 5
FOUND = b'{"Item":{"target_type":{"S":"inference"}}}'
SENT: list[tuple[str, dict[str, Any]]] = []


class Answering(BaseHTTPRequestHandler):
    """Finds every item, and takes every other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet

    def do_POST(self) -> None:
        """Note a call, and answer it."""
        body = self.rfile.read(int(self.headers["content-length"]))
        operation = self.headers["x-amz-target"].partition(".")[2]
        SENT.append((operation, json.loads(body)))
        content = FOUND if operation == "GetItem" else b"{}"
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def main(side: str, given: str) -> None:
    """Warm up, count a few requests, and say what was sent in the last one."""
    server = HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{server.server_port}"
    sides: dict[str, Callable[[Any], Callable[[], None]]] = {"handler": handler, "floor": floor}
    request = sides[side](json.loads(given))
    for _ in range(WARM_UP):
        request()
    counts = []
    for _ in range(3):
        SENT.clear()
        counts.append(count(request))
    loaded = "botocore.session" in sys.modules
    sys.stdout.write(f"\n{json.dumps({'counts': counts, 'sent': SENT, 'sdk': loaded})}\n")


def handler(event: dict[str, Any]) -> Callable[[], None]:
    """Import the handler as Lambda does, and give what sends it the event."""
    lambda_handler = import_module("submit.app").handler
    left = {"aws_request_id": "1", "get_remaining_time_in_millis": lambda _: 28_000}
    context = type("Context", (), left)()

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
