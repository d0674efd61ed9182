"""One HTTP/1.1 connection, kept open, of which every step ends at the call's deadline.

It reads only what DynamoDB's endpoints send: a length, then as many bytes. Anything else is an
error here, and the SDK is asked.
"""

import select
import socket
import ssl
from collections.abc import Callable
from functools import cache
from typing import Any

from shared.deadline import Deadline
from shared.direct import bounded
from shared.direct.reading import Answer, read
from shared.direct.target import Target

CONNECT = 1.0
"""Seconds that one address of the host may take to accept a connection."""

Resolve = Callable[..., list[Any]]


class Connection:
    """Sends one request at a time."""

    def __init__(
        self,
        target: Target,
        context: ssl.SSLContext | None,
        resolve: Resolve = socket.getaddrinfo,
    ) -> None:
        """Take where to connect to; `context` verifies the server, None speaks plain HTTP."""
        self._target = target
        self._context = context
        self._resolve = resolve
        self._kept: socket.socket | None = None

    def exchange(self, request: bytes, deadline: Deadline) -> Answer:
        """Send a request, and give its answer, whatever its status.

        The request must be safe to repeat: if the server closes the kept connection at the moment
        of sending, the request is sent again over a new one. Raises OSError (TimeoutError among
        them), and ValueError for what is no plain HTTP/1.1 answer.
        """
        kept, self._kept = self._kept, None
        if kept is not None and _is_quiet(kept):
            try:
                return self._talk(kept, request, deadline)
            except (ConnectionError, ssl.SSLError):
                kept.close()
        elif kept is not None:
            kept.close()
        return self._talk(self._open(deadline), request, deadline)

    def close(self) -> None:
        """Close the connection, if there is one."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _talk(self, connection: socket.socket, request: bytes, deadline: Deadline) -> Answer:
        answer = None
        try:
            _send(connection, request, deadline)
            answer = read(lambda: _receive(connection, deadline))
        finally:
            if answer is None or answer.headers.get("connection", "").lower() == "close":
                connection.close()
            else:
                self.close()  # another thread's, where there is one
                self._kept = connection
        return answer

    def _open(self, deadline: Deadline) -> socket.socket:
        """Connect to the first address that accepts, and shake hands."""
        host, port = self._target.host, self._target.port
        kind = socket.SOCK_STREAM
        # The resolver has no deadline of its own: it waits for 10 s, and more.
        addresses = bounded.run(self._resolve, deadline, host, port, 0, kind)
        failed: OSError = ConnectionError(f"{host} has no address")
        for family, _, protocol, _, address in addresses:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(min(CONNECT, deadline.timeout()))
                connection.connect(address)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._context is None:
                    return connection
                connection.settimeout(deadline.timeout())
                return self._context.wrap_socket(connection, server_hostname=host)
            except OSError as error:
                connection.close()
                failed = error
        raise failed


@cache
def verified(roots: str) -> ssl.SSLContext:
    """Make the TLS client that trusts these roots, as the SDK makes its own.

    All connections share it: to read the roots takes 20 ms.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.load_verify_locations(cafile=roots)
    return context


def _is_quiet(connection: socket.socket) -> bool:
    """Tell whether nothing has come since the last answer: a farewell, or what nobody asked for."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)


def _send(connection: socket.socket, request: bytes, deadline: Deadline) -> None:
    left = memoryview(request)
    while left:
        connection.settimeout(deadline.timeout())
        left = left[connection.send(left) :]


def _receive(connection: socket.socket, deadline: Deadline) -> bytes:
    connection.settimeout(deadline.timeout())
    return connection.recv(65_536)
