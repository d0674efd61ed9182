"""A server on this machine that speaks TLS as DynamoDB's does, and does what a script says."""

import json
import socket
import ssl
import threading
import time
from binascii import crc32
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import trustme

Act: TypeAlias = Callable[["Scripted", socket.socket], bool]
"""Answers one request, and says whether the connection stays open."""
MOMENT = 0.02
"""Seconds between two bytes of a server that trickles."""


@dataclass
class Scripted:
    """The server; each request is met by the next act, and by the last one for ever."""

    port: int
    acts: list[Act]
    shakes_hands: bool = True
    """Whether it speaks TLS, or says nothing to those who connect."""
    requests: list[bytes] = field(default_factory=list)
    sockets: list[socket.socket] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def connections(self) -> int:
        """How often it was connected to."""
        return len(self.sockets)

    def serve(self, connection: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Serve one connection until it ends."""
        place = len(self.sockets)
        self.sockets.append(connection)
        try:
            if not self.shakes_hands:
                self.stopped.wait()
            elif tls is not None:
                connection = tls.wrap_socket(connection, server_side=True)
                self.sockets[place] = connection
            while self.shakes_hands and (request := _request(connection)):
                self.requests.append(request)
                act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
                if not act(self, connection):
                    break
        except OSError:
            pass  # whoever called has gone
        finally:
            connection.close()


def _request(connection: socket.socket) -> bytes:
    content = connection.recv(65_536)
    while content:
        head, _, body = content.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if length and len(body) == int(length):
            break
        more = connection.recv(65_536)
        content = content + more if more else b""
    return content


def http(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """Write an answer as DynamoDB does."""
    lines = {"x-amzn-RequestId": "VV4K", "Content-Length": str(len(body)), **headers}
    lines.setdefault("x-amz-crc32", str(crc32(body)))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def say(content: bytes, *, stay: bool = True) -> Act:
    """Send these bytes, and keep the connection open or not."""

    def act(_server: Scripted, connection: socket.socket) -> bool:
        connection.sendall(content)
        return stay

    return act


def answer(document: Any, status: str = "200 OK", **headers: str) -> Act:
    """Send JSON."""
    return say(http(json.dumps(document).encode(), status, **headers))


def stall(server: Scripted, _connection: socket.socket) -> bool:
    """Say nothing for as long as the server runs."""
    server.stopped.wait()
    return False


def trickle(content: bytes) -> Act:
    """Send byte after byte, each in time, and never the last one."""

    def act(server: Scripted, connection: socket.socket) -> bool:
        for place in range(len(content)):
            connection.sendall(content[place : place + 1])
            time.sleep(MOMENT)
        return stall(server, connection)

    return act


def authority(folder: Path) -> tuple[ssl.SSLContext, str]:
    """Make a root certificate: what a server shows, and the file that verifies it."""
    root = trustme.CA(key_type=trustme.KeyType.ECDSA)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    root.issue_cert("127.0.0.1").configure_cert(context)
    file = folder / "root.pem"
    root.cert_pem.write_to_path(str(file))
    return context, str(file)


@contextmanager
def scripted(
    *acts: Act, tls: ssl.SSLContext | None = None, shakes_hands: bool = True
) -> Iterator[Scripted]:
    """Run the server for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Scripted(listener.getsockname()[1], list(acts), shakes_hands)
        threads: list[threading.Thread] = []

        def accept() -> None:
            while True:
                connection = listener.accept()[0]
                if server.stopped.is_set():
                    connection.close()
                    return
                threads.append(threading.Thread(target=server.serve, args=(connection, tls)))
                threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield server
        finally:
            server.stopped.set()
            socket.create_connection(("127.0.0.1", server.port)).close()  # wakes it up
            for connection in server.sockets:
                with suppress(OSError):
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
            for thread in (accepting, *threads):
                thread.join()
