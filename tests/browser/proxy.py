"""Stands between the page and the API: passes requests on, unless trouble strikes."""

import http.client
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from tools.emulator import HOST


class Trouble(Enum):
    """What may happen to a request."""

    CUT = "the connection is cut before anything is passed on"
    LOST = "it is passed on, and the connection is cut instead of an answer"


@dataclass(frozen=True)
class Answer:
    """What is answered to a page of any origin, without asking the API."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What the page sent, and when."""

    key: str | None
    authorization: str | None
    body: bytes
    at: float


@dataclass
class Proxy:
    """A server on this machine that looks like the API."""

    upstream: int
    """The emulator's port."""
    port: int = 0
    troubles: list[Trouble | Answer] = field(default_factory=list)
    """One a request; those that follow are passed on."""
    requests: list[Request] = field(default_factory=list)
    """Preflights apart."""
    answers: list[dict[str, str]] = field(default_factory=list)
    """The headers of what the API answered."""
    lists: list[str] = field(default_factory=list)
    """What the API answered to a page that reads."""
    gate: threading.Event = field(default_factory=threading.Event)
    """Nothing passes while it is closed."""

    def url(self, api: str) -> str:
        """Give an API's URL as it is here."""
        return api.replace(f":{self.upstream}/", f":{self.port}/")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Listen for as long as the block lasts; the second time, on the same port."""
        handler = type("Handler", (_Handler,), {"proxy": self})
        self.gate.set()
        with ThreadingHTTPServer((HOST, self.port), handler) as server:
            self.port = server.server_port
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield
            finally:
                self.gate.set()
                server.shutdown()
                thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Speaks HTTP/1.0: a connection that is cut was no other request's."""

    proxy: ClassVar[Proxy]

    def do_OPTIONS(self) -> None:
        self._reply(self._pass_on(b""))

    def do_GET(self) -> None:
        answer = self._pass_on(b"")
        self._reply(answer)
        self.proxy.lists.append(answer.body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.proxy.requests.append(
            Request(
                self.headers["idempotency-key"],
                self.headers["authorization"],
                body,
                time.monotonic(),
            )
        )
        self.proxy.gate.wait()
        trouble = self.proxy.troubles.pop(0) if self.proxy.troubles else None
        if isinstance(trouble, Answer):
            self._reply(trouble)
        elif trouble is Trouble.CUT:
            self._cut()
        else:
            answer = self._pass_on(body)
            self.proxy.answers.append(answer.headers)
            if trouble is Trouble.LOST:
                self._cut()
            else:
                self._reply(answer)

    def _pass_on(self, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(HOST, self.proxy.upstream)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, answer.read().decode(), headers)
        finally:
            connection.close()

    def _reply(self, answer: Answer) -> None:
        for_any_page = {
            "access-control-allow-origin": self.headers["origin"],
            "access-control-expose-headers": "retry-after",
        }
        self.send_response(answer.status)
        for name, value in (answer.headers or for_any_page).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body.encode())

    def _cut(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""
