"""How much memory a Lambda has taken by its first answer, under Lambda's own runtime client."""

import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import Any

from benchmarks.bench.interpreter import Interpreter
from benchmarks.bench.process import Process

RUNTIME = ("awslambdaric", "simplejson", "snapshot_restore_py", "runtime_client*.so")
"""The runtime client and what it needs, as files of an installed environment."""
TIMEOUT = 30
MEBIBYTE = 1_024
"""In the kernel's unit."""


class _Api(BaseHTTPRequestHandler):
    """Lambda's Runtime API: hands out one event, and takes its answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet
    server: "_Server"

    def do_GET(self) -> None:
        """Give the event, and no second one."""
        if self.server.asked.is_set():
            threading.Event().wait(TIMEOUT)
        self.server.asked.set()
        self._answer(self.server.event)

    def do_POST(self) -> None:
        """Take the answer, or the error."""
        self.server.answer = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.failed = not self.path.endswith("/response")
        self.server.answered.set()
        self._answer(b"{}")

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""

    def _answer(self, body: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Lambda-Runtime-Aws-Request-Id", "8f507cfc-1d4b-4b5a-9c53-0e9a3a2ab1f3")
        self.send_header("Lambda-Runtime-Deadline-Ms", "4102444800000")
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:1:f")
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    event = b""
    answer = ""
    failed = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Api)
        self.asked, self.answered = threading.Event(), threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Report a bug, but not a Lambda that has been ended while it waited."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def peak(process: Process, interpreter: Interpreter) -> float:
    """Return the most that the process has had resident, in MiB; what it shares is counted too.

    Raises SystemExit if it does not answer as it should.
    """
    specification = json.loads(process.specification.read_bytes())
    with (
        _serving(specification["event"]) as server,
        _started(process, interpreter, specification["module"], server.server_port) as started,
    ):
        if not server.answered.wait(TIMEOUT) or server.failed:
            started.kill()
            _, said = started.communicate()
            raise SystemExit(f"{process.name}: {server.answer}\n{said.decode()}")
        reply: dict[str, Any] = json.loads(server.answer)
        if not specification["expected"].items() <= reply.items():
            raise SystemExit(f"{process.name}: {reply}")
        status = Path(f"/proc/{started.pid}/status").read_text("utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / MEBIBYTE if found else float("nan")


@contextmanager
def _serving(event: dict[str, Any]) -> Iterator[_Server]:
    with _Server() as server:
        server.event = json.dumps(event).encode()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


@contextmanager
def _started(
    process: Process, interpreter: Interpreter, module: str, port: int
) -> Iterator[Popen[bytes]]:
    """Run the handler under the runtime client, with nothing else of its environment."""
    folder = process.specification.with_suffix(".runtime")
    folder.mkdir(exist_ok=True)
    for pattern in RUNTIME:
        for path in interpreter.packages.glob(pattern):
            if not (folder / path.name).exists():
                (folder / path.name).symlink_to(path)
    environment = {
        **process.environment,
        "PYTHONPATH": os.pathsep.join((process.environment["PYTHONPATH"], str(folder))),
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
    }
    command = [process.python, "-S", "-m", "awslambdaric", f"{module}.handler"]
    with Popen(command, env=environment, cwd=folder, stdout=DEVNULL, stderr=PIPE) as started:
        try:
            yield started
        finally:
            started.kill()
