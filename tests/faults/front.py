"""The API over HTTP, and what may happen to a request on its way between a client and it."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import urlsplit

from shared.http import Reply
from tests.faults.client import LONG, Api, Context
from tests.support import routing
from tools.emulator import HOST
from tools.event import event


class Mishap(Enum):
    """What may happen."""

    CUT = "the connection is cut before the API has the request"
    LOST = "the API has done it, and the connection is cut instead of an answer"
    THROTTLED = 429
    CRASHED = 500
    BAD_GATEWAY = 502
    TOO_LATE = 504


@dataclass
class Front:
    """The API, as it is at a URL."""

    api: Api
    routes: tuple[str, ...]
    mishaps: Iterator[Mishap | None] = field(default_factory=lambda: iter(()))
    """One for each request; nothing happens to those that follow."""
    looks: int = LONG
    port: int = 0
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    """A Lambda has one request at a time."""

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.port}"

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> Reply | None:
        """Answer a request, unless something happens to it; None if there is no answer."""
        with self.lock:
            self.requests += 1
            mishap = next(self.mishaps, None)
            if mishap is Mishap.CUT:
                return None
            if mishap is not None and mishap is not Mishap.LOST:
                return {"statusCode": mishap.value, "headers": {}, "body": '{"message":"Sorry"}'}
            reply = self._pass_on(method, path, headers, body)
            return None if mishap is Mishap.LOST else reply

    def _pass_on(self, method: str, path: str, headers: dict[str, str], body: str) -> Reply | None:
        parts = urlsplit(path)
        match = routing.match(self.routes, method, parts.path)
        assert match is not None, f"no test asks for {method} {path}"
        request = event(
            body or None,
            route=match.route,
            headers=headers,
            parameters=match.parameters,
            query=parts.query,
        )
        return self.api(request, Context(self.looks))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Listen on a free port for as long as the block lasts; all requests end in it."""
        handler = type("Handler", (_Handler,), {"front": self})
        with _Server((HOST, 0), handler) as server:
            self.port = server.server_port
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # their end is waited for: what a client gave up may still be under way


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet
    front: ClassVar[Front]

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.front.answer(self.command, self.path, headers, body)
        if reply is None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        content = reply["body"].encode()
        self.send_response(reply["statusCode"])
        for name, value in {**reply["headers"], "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""
