"""`python -m benchmarks.bench`: builds the Lambdas, measures them beside the SDK, prints tables."""

import argparse
import json
import shutil
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.bench import breakdown, memory, meter, plot, report
from benchmarks.bench.artefact import build
from benchmarks.bench.interpreter import ROOT, Interpreter
from benchmarks.bench.loopback import running
from benchmarks.bench.meter import Cost, Meter
from benchmarks.bench.process import Process, run
from benchmarks.bench.recorded import ITEMS
from benchmarks.bench.report import Result
from benchmarks.bench.scenario import GET_AND_PUT, GROWTH, PUT, ROWS, SDK_ALONE, Aims
from benchmarks.bench.sides import BY_SDK, Maker, bare_name, roots

FOLDER = ROOT / "build/bench"
NAMES = {"https": "TLS, as AWS is reached", "http": "plain HTTP"}
STARTED = time.monotonic()


def main() -> int:
    """Measure each Python over the transports asked for; 1 if an aim is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--python", action="append", help="a Python to measure; this one")
    parser.add_argument("--plain", action="store_true", help="over plain HTTP as well")
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    parser.add_argument("--plot", type=Path, help="draw where the instructions go, into this SVG")
    asked = parser.parse_args()
    chosen = meter.choose()
    if not chosen.starts:
        print("valgrind is not installed: counting calls of Python functions (sys.setprofile).")
        print("They show a regression as surely, but no cost that is outside Python.\n")

    shutil.rmtree(FOLDER, ignore_errors=True)
    written, parts, everything = {}, dict[str, Any](), list[Result]()
    pythons = [Interpreter.of(program) for program in asked.python or [sys.executable]]
    for interpreter in {one.version: one for one in pythons}.values():
        folder = FOLDER / interpreter.version
        say(f"building the functions and their layers for {interpreter.version}")
        artefact = build(folder, interpreter.build_for)
        with running(ITEMS, folder) as loopback:
            for scheme in ("https", "http") if asked.plain else ("https",):
                maker = Maker(interpreter, artefact, loopback, scheme, folder)
                results = transport(maker, chosen)
                everything += results
                if chosen.starts and scheme == "https" and not parts:
                    say("taking a request apart")
                    parts = {
                        "machine": report.machine(interpreter.version),
                        "parts": breakdown.measure(maker),
                    }
                written[f"{interpreter.version} {scheme}"] = report.document(chosen, results)
    print(f"{report.notes()}\n\n{report.verdict(everything, chosen)}")
    if asked.json:
        asked.json.write_text(json.dumps({**written, **parts}, indent=2) + "\n", "utf-8")
    if asked.plot and parts:
        asked.plot.write_text(plot.draw(parts["parts"], parts["machine"]), "utf-8")
    return any(result.missed(chosen) for result in everything)


@dataclass(frozen=True, slots=True)
class _Line:
    """What becomes a line: a process, and what the bare SDK is called that it is put beside."""

    process: Process
    bare: str
    calls: int
    aims: Aims | None = None


def lines_of(maker: Maker) -> list[_Line]:
    """Rehearse every row, and make its sides: those of the bare SDK come first."""
    bare: dict[str, _Line] = {}
    others: list[_Line] = []
    for row in ROWS + GROWTH:
        say(f"rehearsing {row.name}")
        calls, count = maker.rehearse(row), len(row.operations)
        name = bare_name(row)
        if name not in bare:
            bare[name] = _Line(maker.bare(name, calls, row.times), name, count)
        others.append(_Line(maker.function(row), name, count, row.aims))
        if row in (PUT, GET_AND_PUT):
            others.append(_Line(maker.function(row, **BY_SDK), name, count, SDK_ALONE))
            others.append(_Line(maker.floor(calls, row.times), name, count))
    others.append(_Line(maker.tutorial(), bare_name(PUT), len(PUT.operations)))
    return [*bare.values(), *others]


def transport(maker: Maker, chosen: Meter) -> list[Result]:
    """Measure every row over one transport, and print its tables."""
    lines = lines_of(maker)
    for line in lines:
        run(line.process, 1, "none")  # leaves its bytecode
    processes = [line.process for line in lines]
    costs = meter.measure(processes, chosen.count, say)
    say("measuring memory")
    peaks = [memory.peak(process, maker.interpreter) for process in processes]
    results = _results(lines, costs, peaks)
    [put] = [process for process in processes if process.name == PUT.name]
    title = f"{report.machine(maker.interpreter.version)}: {chosen.what} over {NAMES[maker.scheme]}"
    if maker.scheme == "https":
        title += f"; roots loaded: bare SDK {roots(processes[0])}, Lambda {roots(put)}"
    print(f"{report.table(title, results, chosen)}\n\n{report.growth(results, chosen)}\n")
    say("timing")
    wall = _results(lines, meter.clock(processes), [0.0] * len(lines))
    wall = [replace(result, aims=None) for result in wall]
    title = "Wall time, for information: NOISY, much of it the server's; no aim is held to it"
    print(report.table(title, wall, replace(chosen, large=("ms", 1), small=("ms", 1))) + "\n")
    return results


def _results(lines: list[_Line], costs: list[Cost], peaks: list[float]) -> list[Result]:
    """Put each cost beside the bare SDK's."""
    bare: dict[str, Cost] = {}
    for line, cost in zip(lines, costs, strict=True):
        bare.setdefault(line.bare, cost)
    return [
        Result(line.process.name, line.calls, cost, bare[line.bare], line.aims, peak)
        for line, cost, peak in zip(lines, costs, peaks, strict=True)
    ]


def say(progress: str) -> None:
    """Report progress, on standard error."""
    sys.stderr.write(f"bench {time.monotonic() - STARTED:5.0f} s  {progress}\n")


if __name__ == "__main__":
    sys.exit(main())
