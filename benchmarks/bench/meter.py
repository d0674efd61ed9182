"""What is counted: instructions under valgrind, or Python calls where there is no valgrind."""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeAlias

from benchmarks.bench.process import Process, run

Count: TypeAlias = Callable[[Process, int], int]
"""(process, requests) to what it costs, from its start to its last answer."""

WORKERS = 2
"""Counts do not depend on what else the machine does."""
ROUNDS = 5
WARM_CLOCK = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one process, in what the meter counts."""

    init: float
    """From the process's start until it is ready."""
    first: float
    """From the process's start until its first answer."""
    warm: float
    """A request after that."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A way to count, and its units."""

    what: str
    count: Count
    large: tuple[str, float]
    """The unit of a start, and its size."""
    small: tuple[str, float]
    """The unit of a request, and its size."""
    starts: bool
    """Whether it tells what a start costs: that is loading and parsing, few calls and much work."""


def choose() -> Meter:
    """Count instructions if this machine can."""
    if shutil.which("valgrind"):
        return Meter("instructions", instructions, ("M", 1e6), ("k", 1e3), starts=True)
    return Meter("Python calls", calls, ("k", 1e3), ("", 1), starts=False)


def instructions(process: Process, requests: int) -> int:
    """Count instructions, with cachegrind: repeatable within a percent, whatever else runs.

    Those of a child that checks demonstrations are not counted: it may write no file, and leaves
    an empty one.
    """
    out = process.specification.with_suffix(f".{requests}.cachegrind")
    options = ("--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={out}.%p")
    run(process, requests, "none", under=("valgrind", "--quiet", *options))
    [written] = [one for one in out.parent.glob(f"{out.name}.*") if one.stat().st_size]
    return total(written)


def total(out: Path) -> int:
    """Read the total out of a file of cachegrind's or callgrind's."""
    found = re.search(r"^(?:totals|summary): (\d+)$", out.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise SystemExit(f"{out} has no summary: valgrind did not finish")
    return int(found[1])


def calls(process: Process, requests: int) -> int:
    """Count the calls of Python functions: it needs nothing, and is the same each time."""
    return run(process, requests, "calls").readings[-1]


def measure(processes: list[Process], count: Count, say: Callable[[str], None]) -> list[Cost]:
    """Count each process's start, first answer and warm request."""
    steps = [(process, requests) for process in processes for requests in (0, 1, *process.times)]
    with ThreadPoolExecutor(WORKERS) as pool:
        counts: list[int] = []
        for (process, requests), counted in zip(
            steps, pool.map(lambda step: count(*step), steps), strict=True
        ):
            counts.append(counted)
            say(f"{len(counts)}/{len(steps)} {process.name}, {requests} requests: {counted:,}")
    taken = [counts[place : place + 4] for place in range(0, len(counts), 4)]
    return [
        Cost(init, first, (after - before) / (process.times[1] - process.times[0]))
        for process, (init, first, before, after) in zip(processes, taken, strict=True)
    ]


def clock(processes: list[Process]) -> list[Cost]:
    """Time each process, in milliseconds: medians of interleaved rounds, and noisy all the same."""
    samples: dict[str, list[Cost]] = {process.name: [] for process in processes}
    for _ in range(ROUNDS):
        for process in processes:
            samples[process.name].append(_once(process))
    return [
        Cost(
            init=median(sample.init for sample in taken),
            first=median(sample.first for sample in taken),
            warm=median(sample.warm for sample in taken),
        )
        for taken in samples.values()
    ]


def _once(process: Process) -> Cost:
    report = run(process, WARM_CLOCK, "clock")
    ready, first, *later = (reading - report.started for reading in report.readings)
    took = [after - before for before, after in zip([first, *later], later, strict=False)]
    return Cost(init=ready / 1e6, first=first / 1e6, warm=median(took) / 1e6)
