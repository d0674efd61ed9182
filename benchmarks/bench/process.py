"""A process to be measured: its program, its environment, and how it is run."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(__file__).with_name("subject.py")
TIMEOUT = 900
"""Seconds that one process may take, valgrind's slowness included."""


@dataclass(frozen=True, slots=True)
class Process:
    """A side of the comparison, ready to be started any number of times."""

    name: str
    python: str
    """The program that runs it."""
    specification: Path
    """A JSON file: what `subject.py` is asked to do."""
    environment: dict[str, str]
    """The whole of it: nothing of this shell's gets in."""
    times: tuple[int, int]
    """A warm request is the difference between so many, over how many they differ by."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a process has reported of itself."""

    readings: list[int]
    """Of its meter: when ready, and after each request."""
    sdk: str | None
    """Where it loaded botocore from; None if it did not."""
    started: int
    """The clock before it was started, in nanoseconds."""


def run(process: Process, requests: int, meter: str, *, under: tuple[str, ...] = ()) -> Report:
    """Start it, let it answer that many requests, and read its report.

    `-S` keeps the packages of this environment out: what is imported is the standard library
    and what the process's own PYTHONPATH names.
    """
    report = process.specification.with_suffix(f".{requests}.{meter}.report")
    command = [*under, process.python, "-S", "-P", str(PROGRAM), str(process.specification)]
    started = time.perf_counter_ns()
    done = subprocess.run(
        [*command, str(requests), meter, str(report)],
        env=process.environment,
        timeout=TIMEOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{process.name} failed:\n{done.stderr}")
    written = json.loads(report.read_bytes())
    return Report(written["readings"], written["sdk"], started)
