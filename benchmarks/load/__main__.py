"""`make load`: deploys the stack, sends it requests of every kind, and audits what it has stored.

LOAD_REQUESTS=… says how many.
"""

import json
import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from benchmarks.load.aggregates import killed_at_random, measure
from benchmarks.load.bodies import targets
from benchmarks.load.caller import Caller, Run
from benchmarks.load.distribution import summary, table
from benchmarks.load.traffic import Post, Traffic
from shared.reserved import PUBLIC_ID
from tests.audit.audit import Report, audit
from tests.audit.ledger import read
from tests.support.stack import BUILD
from tools.build import LOCAL, StackFailed
from tools.emulator import ROOT, EmulatorDied, emulator
from tools.stack import NAME, Stack

HOME = LOCAL / "load"
PARAMETERS = ("Stage=dev", "AuthorizerCacheSeconds=3600", "Aggregates=on")
"""When the authorizer's answer runs out, all callers ask it anew, and the emulator takes seconds
to start as many: that is not what is measured."""
CONCURRENCY = (8, 32)
"""Each gets its part of the requests, one after the other."""
REQUESTS = 20_000
SLOWEST = 10
"""Requests a second: whoever is slower runs out of time."""
PAIRS = 100
"""Of inferences that the requests are about."""
SHOWN = 5
"""How many surprises are spelled out."""
STARTED = time.monotonic()


def main() -> int:
    """Send them; 1 if the audit finds anything, or an answer was not to be expected."""
    shutil.rmtree(HOME, ignore_errors=True)
    try:
        say("building the stack for this machine")
        BUILD.make()
        with emulator(HOME / "aws") as aws:
            say("deploying it to the emulator")
            stack = BUILD.deploy(aws, *PARAMETERS)
            return load(stack, int(os.environ.get("LOAD_REQUESTS", REQUESTS)), aws.port)
    except (EmulatorDied, StackFailed) as failure:
        say(str(failure))
    except KeyboardInterrupt:
        say("stopped")
    return 1


def load(stack: Stack, number: int, port: int) -> int:
    """Send so many requests, and report what became of them.

    Meanwhile the aggregator is killed at random; `port` is the emulator's.
    """
    chance = Random()  # noqa: S311 - no secret
    key = stack.new_key(description="make load")
    caller = Caller(stack.url, {"authorization": f"Bearer {key}"})
    about = targets(PAIRS)
    caller.record(about)
    traffic = Traffic(about, sender={PUBLIC_ID: key.split("-")[2]})
    until = time.monotonic() + max(number / SLOWEST, 60)
    sent: list[Post] = []
    runs: list[Run] = []
    with killed_at_random(port, chance) as kills:
        for concurrency in CONCURRENCY:
            sent += warm_up(caller, traffic, concurrency)
            posts = [*traffic.mix(math.ceil(number / len(CONCURRENCY)))]
            runs.append(caller.send(posts, concurrency, until, say))
            sent += posts
    say("reading all that is stored")
    tables = stack.tables()
    stored = read(lambda table: stack.items(tables[table]))
    audited = audit((one for post in sent for one in post.requests), stored)
    failed = report(runs, audited, number)
    say("waiting until all is counted, then looking how soon votes are")
    freshness = measure(caller, about[0].function_name, chance)
    print(f"{freshness}\nThe aggregator was killed {len(kills)} times.")
    failed |= check(stack)
    print(f"The distribution, drawn: {draw(runs).relative_to(ROOT)}")
    return failed


def check(stack: Stack) -> int:
    """Compare the aggregates with a plain recomputation; 1 if they differ."""
    command = [str(ROOT / ".venv/bin/feedback"), "aggregates", "check", "--stack-name", NAME]
    return subprocess.run(command, env=stack.aws.environment(), check=False).returncode


def warm_up(caller: Caller, traffic: Traffic, concurrency: int) -> list[Post]:
    """Let the emulator start as many Lambdas as will be needed: that is not what is measured.

    What is about an unrecorded target keeps its Lambda busy until all have been started.
    """
    say(f"warming up for concurrency {concurrency}")
    rounds = [
        [traffic.single("unrecorded") for _ in range(concurrency)],
        [traffic.batch(["unrecorded"]) for _ in range(concurrency)],
    ]
    for posts in rounds:
        caller.send(posts, concurrency, math.inf, lambda _: None)
    return [post for posts in rounds for post in posts]


def report(runs: list[Run], audited: Report, number: int) -> int:
    """Print the distribution and the audit; 1 if it is not all well."""
    for run in runs:
        print(f"\n{table(run)}")
    print(f"\n{audited}\n")
    surprises = [surprise for run in runs for surprise in run.surprises]
    if surprises:
        print(f"{len(surprises)} answers were not to be expected:")
        print("\n".join(f"  - {surprise}" for surprise in surprises[:SHOWN]))
    sent = sum(len(run.took) for run in runs)
    if sent < number:
        print(f"There was time for {sent:,} of {number:,} requests only.")
    return 1 if audited.findings or surprises or sent < number else 0


def draw(runs: list[Run]) -> Path:
    """Draw the distribution, in the environment that can."""
    results, plot = HOME / "results.json", HOME / "latency.svg"
    results.write_text(json.dumps([summary(run) for run in runs if run.took]), "utf-8")
    python = ROOT / ".tools/load/bin/python"
    subprocess.run([python, "-m", "benchmarks.load.plot", results, plot], cwd=ROOT, check=True)
    return plot


def say(progress: str) -> None:
    """Report progress, on standard error."""
    sys.stderr.write(f"load {time.monotonic() - STARTED:5.0f} s  {progress}\n")


if __name__ == "__main__":
    sys.exit(main())
