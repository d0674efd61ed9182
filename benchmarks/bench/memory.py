"""How much memory a Lambda has taken by its first answer, under Lambda's own runtime client."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from benchmarks.bench.interpreter import Interpreter
from benchmarks.bench.process import Process
from tests.support.runtime_api import LambdaDied, run

MEBIBYTE = 1_024
"""In the kernel's unit."""


def peak(process: Process, interpreter: Interpreter) -> float:
    """Return the most that the process has had resident, in MiB; what it shares is counted too.

    Raises SystemExit if it does not answer as it should.
    """
    specification = json.loads(process.specification.read_bytes())
    handler = f"{specification['module']}.handler"
    path = process.environment["PYTHONPATH"].split(":")
    with TemporaryDirectory() as folder, TemporaryFile() as said:
        place, packages = Path(folder), interpreter.packages
        with run(
            process.python, handler, place, path, process.environment, packages, output=said
        ) as started:
            try:
                kind, reply = started.invoke(specification["event"])
            except (LambdaDied, TimeoutError) as error:
                said.seek(0)
                raise SystemExit(f"{process.name}: {error!r}\n{said.read().decode()}") from error
            _require(process, kind, reply, specification["expected"])
            status = Path(f"/proc/{started.process.pid}/status").read_text("utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / MEBIBYTE if found else float("nan")


def _require(process: Process, kind: str, reply: Any, expected: dict[str, Any]) -> None:  # noqa: ANN401 - JSON
    """Raise SystemExit if an answer is not that which was expected."""
    if kind != "response" or not expected.items() <= reply.items():
        raise SystemExit(f"{process.name}: {reply}")
