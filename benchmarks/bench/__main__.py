"""`python -m benchmarks.bench`: builds the Lambda, measures it beside the SDK, prints the table."""

import argparse
import json
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.bench import meter, report
from benchmarks.bench.artefact import ROOT, build
from benchmarks.bench.loopback import running
from benchmarks.bench.meter import Cost, Meter
from benchmarks.bench.process import Process, run
from benchmarks.bench.report import Result
from benchmarks.bench.scenario import RECORDED, ROWS
from benchmarks.bench.sides import Maker, roots

FOLDER = ROOT / "build/bench"
NAMES = {"https": "TLS, as AWS is reached", "http": "plain HTTP"}
STARTED = time.monotonic()


def main() -> int:
    """Measure the transports asked for; 1 if an aim is missed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--plain", action="store_true", help="over plain HTTP as well")
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    asked = parser.parse_args()
    chosen = meter.choose()
    if chosen.count is meter.calls:
        print("valgrind is not installed: counting calls of Python functions (sys.setprofile).")
        print("They show a regression as surely, but no cost that is outside Python.\n")

    shutil.rmtree(FOLDER, ignore_errors=True)
    say("building the function and its layers")
    artefact = build(FOLDER)
    results: dict[str, list[Result]] = {}
    with running(RECORDED, FOLDER) as loopback:
        for scheme in ("https", "http") if asked.plain else ("https",):
            results[scheme] = transport(Maker(artefact, loopback, scheme, FOLDER), chosen)
    print(f"{report.machine()}\n{report.notes()}\n")
    everything = [result for scheme in results.values() for result in scheme]
    print(report.verdict(everything, chosen))
    if asked.json:
        asked.json.write_text(json.dumps(report.document(chosen, results), indent=2), "utf-8")
    return any(result.missed for result in everything)


def transport(maker: Maker, chosen: Meter) -> list[Result]:
    """Measure every row over one transport, and print its tables."""
    lambdas = [maker.function(row) for row in ROWS]
    floors: dict[tuple[str, ...], Process] = {}
    for row in ROWS:
        say(f"rehearsing {row.name}")
        calls = maker.rehearse(row)
        if calls and row.operations not in floors:
            floors[row.operations] = maker.floor(calls)
            run(floors[row.operations], 1, "none")  # leaves its bytecode
    processes = [*floors.values(), *lambdas]
    costs = meter.measure(processes, chosen.count, say)
    say("timing")
    results = _lines(floors, costs, chosen.aims)
    title = f"{chosen.what.capitalize()} over {NAMES[maker.scheme]}"
    if maker.scheme == "https":
        title += f"; roots loaded: floor {roots(processes[0])}, Lambda {roots(lambdas[0])}"
    print(report.table(title, results, chosen) + "\n")
    wall = _lines(floors, meter.clock(processes), None)
    title = "Wall time, for information: NOISY, much of it the server's; no aim is held to it"
    print(report.table(title, wall, replace(chosen, large=("ms", 1), small=("ms", 1))) + "\n")
    return results


def _lines(
    floors: dict[tuple[str, ...], Process], costs: list[Cost], aims: Cost | None
) -> list[Result]:
    """Put each cost beside its floor's: a request without an SDK call beside the first."""
    bare = dict(zip(floors, costs, strict=False))
    lines = [
        Result(process.name, len(calls), bare[calls], bare[calls])
        for calls, process in floors.items()
    ]
    for row, cost in zip(ROWS, costs[len(floors) :], strict=True):
        floor = bare.get(row.operations, costs[0])
        lines.append(
            Result(row.name, len(row.operations), cost, floor, aims if row.aimed else None)
        )
    return lines


def say(progress: str) -> None:
    """Report progress, on standard error."""
    sys.stderr.write(f"bench {time.monotonic() - STARTED:5.0f} s  {progress}\n")


if __name__ == "__main__":
    sys.exit(main())
