"""The results: as a table for people, as JSON for programs, and whether they meet the aims."""

import math
import platform
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.bench.meter import FEW, MANY, Cost, Meter

NOTES = """\
  floor     boto3.client("dynamodb") as installed, untuned, with its bytecode; the very SDK calls
            of the row, their parameters taken from what the Lambda sends
  Lambda    submit.app.handler with an API Gateway event, out of the built function and layers and
            nothing but the standard library beside them; without Lambda's own runtime client
  init      process start until the handler, or the floor's client, is ready
  first     process start until the first answer
  warm      a request: N={many} less N={few}, over {difference}
  server    answers as DynamoDB does, on loopback, in a process that is not counted"""


@dataclass(frozen=True, slots=True)
class Result:
    """A line: a row's Lambda, or the floor itself, beside its floor."""

    name: str
    calls: int
    """DynamoDB calls a request."""
    cost: Cost
    floor: Cost
    aims: Cost | None = None
    """At most so many floors; none for a floor, nor for a request without an SDK call."""

    @property
    def ratio(self) -> Cost:
        """The cost in floors."""
        return Cost(
            self.cost.init / self.floor.init,
            self.cost.first / self.floor.first,
            self.cost.warm / self.floor.warm,
        )

    @property
    def missed(self) -> bool:
        """Whether it is dearer than aimed for."""
        return self.aims is not None and (
            self.ratio.first > self.aims.first or self.ratio.warm > self.aims.warm
        )


def table(title: str, results: list[Result], meter: Meter) -> str:
    """Draw one transport's results; a row that misses its aims says so."""
    (large, million), (small, thousand) = meter.large, meter.small
    head = f"{'':48}{'init':>9}{'':>8}{'first':>10}{'':>8}{'warm':>10}{'':>8}{'DynamoDB':>10}\n"
    head += f"{'':48}" + "".join(
        f"{unit:>{width}}{'x floor':>8}" for unit, width in ((large, 9), (large, 10), (small, 10))
    )
    lines = [f"{title}\n\n{head}{'calls':>10}"]
    for result in results:
        cost, ratio = result.cost, result.ratio
        lines.append(
            f"{result.name:48}{cost.init / million:9.1f}{ratio.init:8.3f}"
            f"{cost.first / million:10.1f}{ratio.first:8.3f}"
            f"{cost.warm / thousand:10.1f}{ratio.warm:8.3f}{result.calls:10}"
            + ("  MISSED" if result.missed else "")
        )
    return "\n".join(lines)


def notes() -> str:
    """Say what the columns mean."""
    return NOTES.format(many=MANY, few=FEW, difference=MANY - FEW)


def verdict(results: list[Result], meter: Meter) -> str:
    """Say whether the aims are met."""
    missed = dict.fromkeys(result.name for result in results if result.missed)
    aims = ", ".join(
        f"{name} ≤ {aim} x floor" for name, aim in asdict(meter.aims).items() if aim < math.inf
    )
    return f"Aims: {aims}: {'MISSED by ' + '; '.join(missed) if missed else 'met by every row'}."


def machine() -> str:
    """Say on what it was measured."""
    return f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}"


def document(meter: Meter, transports: dict[str, list[Result]]) -> dict[str, Any]:
    """Return everything counted, for a JSON file."""
    return {
        "machine": machine(),
        "counted": meter.what,
        "transports": {
            scheme: [
                {
                    "name": result.name,
                    "calls": result.calls,
                    "cost": asdict(result.cost),
                    "ratio": asdict(result.ratio),
                    "missed": result.missed,
                }
                for result in results
            ]
            for scheme, results in transports.items()
        },
    }
