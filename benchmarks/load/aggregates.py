"""How the aggregates do under load: soon enough, and right though their Lambda is killed."""

import json
import math
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load.bodies import Target
from benchmarks.load.caller import Caller
from shared import uuids

RATE = 100
"""Votes a second."""
VOTES = 2_000
INFERENCES = 50
METRIC = "edit_distance"
SENDERS = 8
POLL = 0.05
"""Seconds between two looks at what is counted."""
PATIENCE = 120
"""Seconds after the last vote in which it must be counted."""
KILLS = 1.0, 4.0
"""Seconds between two kills, at least and at most."""


@dataclass
class Freshness:
    """When each vote was acknowledged, and when so many were seen to be counted."""

    acknowledged: list[float] = field(default_factory=list)
    seen: list[tuple[float, int]] = field(default_factory=list)

    @property
    def lags(self) -> list[float]:
        """Seconds from the n-th 200 until n votes were counted, ascending.

        They are as much as POLL too long.
        """
        lags, looks = [], iter(self.seen)
        moment, counted = next(looks)
        for number, answered in enumerate(sorted(self.acknowledged), 1):
            while counted < number:
                moment, counted = next(looks)
            lags.append(max(0.0, moment - answered))
        return sorted(lags)

    def __str__(self) -> str:
        """Say how soon."""
        lags = self.lags
        parts = (f"{name} {lags[int(len(lags) * share)]:.2f} s" for name, share in SHARES.items())
        seconds = max(self.acknowledged) - min(self.acknowledged)
        rate = len(lags) / seconds
        return f"From the 200 to the aggregate, {rate:.0f} votes a second: {', '.join(parts)}"


SHARES = {"median": 0.5, "p99": 0.99, "longest": 1 - 1e-9}


@dataclass
class Votes:
    """Votes at a steady rate on inferences of a new variant, so that nothing else is counted."""

    caller: Caller
    function: str
    random: random.Random
    result: Freshness = field(default_factory=Freshness)

    def __post_init__(self) -> None:
        """Record the inferences."""
        self.variant = f"fresh-{uuids.new()}"
        self.inferences = [Target(self.function, None, None) for _ in range(INFERENCES)]
        for one in self.inferences:
            body = {**one.record, "variant_name": self.variant}
            del body["output"]
            self.caller.post("/internal/inferences", body)

    def wait(self) -> None:
        """Send one, and wait until it is counted: then all is that was sent before it."""
        self._vote()
        until = time.monotonic() + PATIENCE
        while not self.look():
            if time.monotonic() > until:
                raise SystemExit(f"A vote is not counted after {PATIENCE} s.")
            time.sleep(POLL)

    def send(self) -> None:
        """Send the others; a sender that is late catches up."""
        numbers, begun = iter(range(VOTES - 1)), time.monotonic()
        threads = [
            threading.Thread(target=self._send, args=(numbers, begun)) for _ in range(SENDERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def look(self) -> int:
        """Note how many are counted."""
        moment = time.monotonic()
        query = {
            "function_name": self.function,
            "metric_name": METRIC,
            "variant_names": self.variant,
            "time_window": "month",
            "max_periods": "1",
        }
        points = self.caller.get("/internal/feedback/timeseries", query)["timeseries"]
        counted: int = points[-1]["count"] if points else 0
        self.result.seen.append((moment, counted))
        return counted

    def _send(self, numbers: Iterator[int], begun: float) -> None:
        for number in numbers:
            time.sleep(max(0.0, begun + number / RATE - time.monotonic()))
            self._vote()

    def _vote(self) -> None:
        target, value = self.random.choice(self.inferences), self.random.random()
        self.caller.post("/feedback", target.inference(METRIC, value))
        self.result.acknowledged.append(time.monotonic())


def measure(caller: Caller, function: str, chance: random.Random) -> Freshness:
    """Send votes, and look all the while at what is counted.

    Raises SystemExit if a vote is refused, or is not counted in time.
    """
    votes = Votes(caller, function, chance)
    votes.wait()
    votes.result = Freshness(acknowledged=[time.monotonic()])
    sender = threading.Thread(target=votes.send)
    sender.start()
    until = math.inf
    while votes.look() < VOTES and time.monotonic() < until:
        if not sender.is_alive():
            until = min(until, time.monotonic() + PATIENCE)
        time.sleep(POLL)
    sender.join()
    stored, counted = len(votes.result.acknowledged), votes.result.seen[-1][1]
    if not stored == counted == VOTES:
        raise SystemExit(f"Of {VOTES:,} votes {stored:,} were stored and {counted:,} counted.")
    return votes.result


@contextmanager
def killed_at_random(port: int, chance: random.Random) -> Iterator[list[int]]:
    """Kill the aggregator's processes, again and again; yield those that were killed.

    They are found by their environment: `port` is the emulator's.
    """
    kills: list[int] = []
    ended = threading.Event()

    def kill() -> None:
        while not ended.wait(chance.uniform(*KILLS)):
            for process in _processes(port):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                    kills.append(process)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield kills
    finally:
        ended.set()
        thread.join()


def _processes(port: int) -> Iterator[int]:
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            variables = dict(
                one.split("=", 1) for one in entry.read_text("utf-8").split("\0") if "=" in one
            )
        except (OSError, UnicodeDecodeError):
            continue
        name = variables.get("AWS_LAMBDA_FUNCTION_NAME", "")
        if "Aggregator" in name and str(port) in json.dumps(variables):
            yield int(entry.parent.name)
