"""Lambda's Runtime API, small: it hands events to the real runtime client, awslambdaric.

The process has what its path names and the standard library, and no site-packages.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

CLIENT = ("awslambdaric", "simplejson", "snapshot_restore_py", "runtime_client*.so")
"""The runtime client and what it needs, as files of an installed environment."""
TIMEOUT = 30
LOOK = 0.1
"""Seconds from one look at the process to the next."""


class LambdaDied(Exception):
    """The process ended, and did not answer."""


class _RuntimeApi(BaseHTTPRequestHandler):
    """GET …/invocation/next waits for an event; POST …/{id}/response and …/error answer it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet
    server: "_Server"

    def do_GET(self) -> None:
        event = self.server.events.get()
        self._answer(200, json.dumps(event).encode())

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answers.put((self.path.rpartition("/")[2], json.loads(content)))
        self._answer(202, b"{}")

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(round((time.time() + TIMEOUT) * 1_000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:1:f")
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _RuntimeApi)
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.answers: queue.Queue[tuple[str, Any]] = queue.Queue()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report a bug, but not a runtime client that was killed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Runtime:
    """A running Lambda."""

    def __init__(self, server: _Server, process: subprocess.Popen[bytes]) -> None:
        """Take the parts."""
        self._server = server
        self.process = process

    def invoke(self, event: dict[str, Any]) -> tuple[str, Any]:
        """Send an event; return ("response", reply) or ("error", its cause). Raises LambdaDied."""
        self._server.events.put(event)
        for _ in range(round(TIMEOUT / LOOK)):
            with contextlib.suppress(queue.Empty):
                return self._server.answers.get(timeout=LOOK)
            if self.process.poll() is not None:
                raise LambdaDied(self.process.returncode)
        raise TimeoutError(f"no answer in {TIMEOUT} s")


@contextlib.contextmanager
def run(
    python: str,
    handler: str,
    folder: Path,
    path: Sequence[str | Path],
    environment: Mapping[str, str],
    packages: Path,
    *,
    output: int | IO[bytes] | None = None,
) -> Iterator[Runtime]:
    """Run a handler under awslambdaric for as long as the block lasts, in a folder of its own.

    `packages` is where the client lies, `path` where all else lies; `output` takes what is printed.
    """
    for pattern in CLIENT:
        for found in packages.glob(pattern):
            (folder / found.name).symlink_to(found)
    server = _Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    process = subprocess.Popen(
        [python, "-S", "-m", "awslambdaric", handler],
        cwd=folder,
        env={
            **environment,
            "PYTHONPATH": os.pathsep.join(map(str, (*path, folder))),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
        },
        stdout=output,
        stderr=output,
    )
    try:
        yield Runtime(server, process)
    finally:
        process.kill()
        process.wait()
        server.shutdown()
        server.server_close()
