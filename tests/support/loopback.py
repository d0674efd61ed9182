"""A server on this machine that stands in for DynamoDB, and gives the answers of a script.

It takes the calls of other services too, of which it notes no operation and no parameters.
"""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True)
class Answer:
    """An answer of DynamoDB."""

    status: int = 200
    body: str = "{}"

    @classmethod
    def of(cls, **content: Any) -> "Answer":
        """Make the answer of a call that succeeds."""
        return cls(body=json.dumps(content))


def failure(code: str, status: int = 400, **details: Any) -> Answer:
    """Make the answer of a call that fails."""
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    return Answer(status, json.dumps({"__type": kind, "message": code, **details}))


def cancelled(*reasons: str | dict[str, Any]) -> Answer:
    """Make the answer of a transaction that is cancelled for these reasons, one a put."""
    spelled = [{"Code": one} if isinstance(one, str) else one for one in reasons]
    return failure("TransactionCanceledException", CancellationReasons=spelled)


RESET = "reset"
"""The connection is cut instead of an answer."""
SILENCE = "silence"
"""There is no answer, for as long as the server runs."""


@dataclass
class Loopback:
    """The server, and the calls that it was sent: (operation, parameters)."""

    port: int = 0
    answers: list[Answer | str] = field(default_factory=list)
    """One a call; the last of them, or a success, for all that follow."""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def endpoint(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def operations(self) -> list[str]:
        """Which operations were called."""
        return [operation for operation, _ in self.calls]

    def take(self, operation: str, parameters: dict[str, Any]) -> Answer | str:
        """Note a call, and choose its answer."""
        self.calls.append((operation, parameters))
        if len(self.answers) > 1:
            return self.answers.pop(0)
        return self.answers[0] if self.answers else Answer()

    def answered(self) -> None:
        """Do what is to be done once an answer has been sent."""


Server = TypeVar("Server", bound=Loopback)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet
    loopback: ClassVar[Loopback]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        operation = self.headers.get("x-amz-target", "").partition(".")[2]
        answer = self.loopback.take(operation, json.loads(body) if operation else {})
        if isinstance(answer, Answer):
            content = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("content-type", "application/x-amz-json-1.0")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()
            self.loopback.answered()
            return
        if answer == SILENCE:
            self.loopback.stopped.wait()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


@contextmanager
def serve(*answers: Answer | str) -> Iterator[Loopback]:
    """Run a server that gives these answers, for as long as the block lasts."""
    with running(Loopback(answers=list(answers))) as loopback:
        yield loopback


@contextmanager
def running(loopback: Server) -> Iterator[Server]:
    """Run a server for as long as the block lasts."""
    handler = type("Handler", (_Handler,), {"loopback": loopback})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        loopback.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield loopback
        finally:
            loopback.stopped.set()
            server.shutdown()
            thread.join()
