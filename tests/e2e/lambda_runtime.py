"""Lambda's Runtime API, small: it hands events to the real runtime client, awslambdaric.

The process has the built artefact, its layers and the standard library, and no site-packages:
a package that is missing from the layer is missing here.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.lambdas import FUNCTIONS, PACKAGES, variables
from tests.support.stack import BUILD
from tests.support.template import TEMPLATE
from tools.emulator import Emulator

CLIENT = ("awslambdaric", "simplejson", "snapshot_restore_py")
TIMEOUT = 30
LOOK = 0.1
"""Seconds from one look at the process to the next."""


class LambdaDied(Exception):
    """The process ended, and did not answer."""


class _RuntimeApi(BaseHTTPRequestHandler):
    """GET …/invocation/next waits for an event; POST …/{id}/response and …/error answer it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
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
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:here")
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    events: queue.Queue[dict[str, Any]]
    answers: queue.Queue[tuple[str, Any]]


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
def runtime(
    function: str, folder: Path, aws: Emulator, tables: Mapping[str, str]
) -> Iterator[Runtime]:
    """Run a built function under awslambdaric for as long as the block lasts.

    It has the variables and the layers that the template gives it; `tables` are the names by the
    code's keys.
    """
    shared, own = TEMPLATE["Globals"]["Function"], FUNCTIONS[function]
    layers = [layer["Ref"] for layer in (*shared["Layers"], *own.get("Layers", ()))]
    server = _Server(("127.0.0.1", 0), _RuntimeApi)
    server.events, server.answers = queue.Queue(), queue.Queue()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    packages = Path(sysconfig.get_paths()["platlib"])
    for name in (*CLIENT, *(path.name for path in packages.glob("runtime_client*.so"))):
        (folder / name).symlink_to(packages / name)
    path = [
        BUILD.artefacts / function,
        *(BUILD.artefacts / layer / "python" for layer in layers),
        folder,
    ]
    process = subprocess.Popen(
        [sys.executable, "-S", "-m", "awslambdaric", own["Handler"]],
        cwd=folder,
        env={
            **{name: value for name, value in aws.environment().items() if "AWS_" in name},
            **variables(PACKAGES[function], tables),
            "PATH": os.defpath,
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": function,
        },
    )
    try:
        yield Runtime(server, process)
    finally:
        process.kill()
        process.wait()
        server.shutdown()
        server.server_close()
