"""Where the instructions of a first answer and of a warm request go, by callgrind's dumps."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

from benchmarks.bench.meter import total
from benchmarks.bench.process import Process, run
from benchmarks.bench.scenario import GET_AND_PUT
from benchmarks.bench.sides import SUBJECTS, Maker

REQUESTS = 6
"""The last one is the warm request: by then everything is loaded and every cache is filled."""
BETWEEN = "between "
"""How the marks call what happens from one request to the next."""
ASK = """
import sys
before = set(sys.modules)
import submit.app
ours = ("submit", "shared", "feedback", "tensorzero_config")
new = [name for name in sys.modules if name not in before]
print(",".join(name for name in new if name.partition(".")[0] not in ours))
"""


def measure(maker: Maker) -> dict[str, dict[str, int]]:
    """Return the instructions by parts: of the first answer, and of a warm request."""
    process = _marked(maker)
    out = process.specification.with_suffix(".callgrind")
    options = ("--tool=callgrind", "--dump-before=time_clock_getres", "--compress-strings=yes")
    run(
        process, REQUESTS, "none", under=("valgrind", "-q", *options, f"--callgrind-out-file={out}")
    )
    marks: list[str] = json.loads(Path(process.environment["MARKS"]).read_bytes())
    counts = [total(out.with_name(f"{out.name}.{place}")) for place in range(1, len(marks) + 1)]
    starts = [place for place, mark in enumerate(marks) if mark.startswith(BETWEEN)]
    return {
        "first": _sums(marks[: starts[0]], counts[: starts[0]]),
        "warm": _sums(marks[starts[-1] + 1 :], counts[starts[-1] + 1 :]),
    }


def _marked(maker: Maker) -> Process:
    """Return the function with marks, and what its marks need."""
    process = maker.function(GET_AND_PUT)
    asked = subprocess.run(
        [process.python, "-S", "-P", "-c", ASK],
        env=process.environment,
        capture_output=True,
        check=True,
        text=True,
    )
    specification = json.loads(process.specification.read_bytes())
    file = process.specification.with_suffix(".marked.json")
    file.write_text(json.dumps({**specification, "module": "marked"}), "utf-8")
    environment = {
        **process.environment,
        "PYTHONPATH": f"{process.environment['PYTHONPATH']}:{SUBJECTS}",
        "STDLIB": asked.stdout.strip(),
        "MARKS": str(file.with_suffix(".marks")),
    }
    marked = replace(process, specification=file, environment=environment)
    run(marked, 1, "none")  # leaves its bytecode
    return marked


def _sums(marks: list[str], counts: list[int]) -> dict[str, int]:
    sums = dict.fromkeys(marks, 0)
    for mark, count in zip(marks, counts, strict=True):
        sums[mark] += count
    return sums
