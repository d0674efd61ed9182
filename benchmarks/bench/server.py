"""Answers as DynamoDB does, on loopback, in a process of its own.

Speaks HTTP on one port and TLS on another, says which on standard output, and ends when its
standard input does. `GET /calls` returns the calls since it was last asked.
"""

import argparse
import json
import ssl
import sys
import threading
import zlib
from collections import deque
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

REMEMBERED = 1_000
"""How many calls are kept to be asked for."""


KEYS = (("target_id", "id"), ("target_id",), ("key",), ("id",))
"""The tables' keys: an item has the first of them that it can have."""
QUERIED = "BooleanMetricFeedback"
"""The name of the one table that has feedback; others have none."""


class Table:
    """The items that can be read; writes are acknowledged, and nothing is kept but the calls."""

    def __init__(self, items: list[dict[str, Any]]) -> None:
        """Hold the items of all tables."""
        self._feedback = [item for item in items if "target_id" in item and "id" in item]
        self._items = {_key(item): item for item in items}
        self._calls: deque[tuple[str, Any]] = deque(maxlen=REMEMBERED)

    def answer(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the answer's body. Raises LookupError for an operation that is not known."""
        self._calls.append((operation, parameters))
        match operation:
            case "GetItem":
                item = self._get(parameters["TableName"], parameters["Key"])
                return {} if item is None else {"Item": item}
            case "BatchGetItem":
                found = {
                    table: [item for key in asked["Keys"] if (item := self._get(table, key))]
                    for table, asked in parameters["RequestItems"].items()
                }
                return {"Responses": found, "UnprocessedKeys": {}}
            case "Query":
                rows = self._feedback if QUERIED in parameters["TableName"] else []
                return {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)}
            case "BatchWriteItem":
                return {"UnprocessedItems": {}}
            case "PutItem" | "TransactWriteItems":
                return {}
        raise LookupError(operation)

    def _get(self, table: str, key: dict[str, Any]) -> Any:  # noqa: ANN401 - an item
        item = self._items.get(_key(key))
        return item if item not in self._feedback or QUERIED in table else None

    def calls(self) -> list[tuple[str, Any]]:
        """Return the calls since the last time."""
        calls = list(self._calls)
        self._calls.clear()
        return calls


def _key(item: dict[str, Any]) -> tuple[str, ...]:
    names = next((names for names in KEYS if all(name in item for name in names)), ())
    return tuple(item[name]["S"] for name in names)


class Server(ThreadingHTTPServer):
    """A thread a connection; the client decides how long one lasts."""

    daemon_threads = True

    def __init__(self, table: Table, tls: ssl.SSLContext | None = None) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.table = table
        self.tls = tls

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Shake hands in the connection's own thread, then serve it."""
        if self.tls is not None:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Report a bug, but not a client that has ended and left its connection open."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """HTTP as DynamoDB's endpoint speaks it."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "Server"
    sys_version = ""
    wbufsize = -1  # headers and body leave in one packet
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer an SDK's call."""
        body = self.rfile.read(int(self.headers["content-length"]))
        operation = self.headers["x-amz-target"].rpartition(".")[2]
        try:
            self._send(HTTPStatus.OK, self.server.table.answer(operation, json.loads(body)))
        except LookupError:
            self._send(HTTPStatus.BAD_REQUEST, {"__type": "UnknownOperationException"})

    def do_GET(self) -> None:
        """Return the calls."""
        self._send(HTTPStatus.OK, self.server.table.calls())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Print nothing: requests come by the thousand."""

    def _send(self, status: HTTPStatus, content: object) -> None:
        body = json.dumps(content, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "keep-alive")
        self.send_header("x-amzn-RequestId", "VV4KQNSO5AEMVJF66Q9ASUAAJGLOSVGBK2H04QN1D2EXAMPLE")
        self.send_header("x-amz-crc32", str(zlib.crc32(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=Path, required=True, help="JSON: the items")
    parser.add_argument("--certificate", type=Path, required=True, help="PEM: chain and key")
    asked = parser.parse_args()

    table = Table(json.loads(asked.items.read_bytes()))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(asked.certificate)
    servers = {"http": Server(table), "https": Server(table, tls)}
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({name: server.server_port for name, server in servers.items()}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
