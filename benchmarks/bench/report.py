"""The results: as tables for people, as JSON for programs, and whether they meet the aims."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.bench.meter import Cost, Meter
from benchmarks.bench.scenario import Aims

NOTES = """\
  bare SDK  boto3.client("dynamodb") as installed, untuned, with its bytecode; the very calls of
            the row, their parameters taken from what the Lambda sends
  floor     the same calls by json, http.client and a signature written by hand: Python's own cost
  tutorial  Powertools' resolver with validation, Logger and Metrics, boto3's resource; no Tracer
  Lambda    the handler with an API Gateway event, out of the built function and layers and nothing
            but the standard library beside them; without Lambda's own runtime client
  init      process start until the handler is ready
  first     process start until the first answer
  warm      a request after that, by the difference of many and few
  MiB       the most that was resident until the first answer, under Lambda's own runtime client
  server    answers as DynamoDB does, on loopback, in a process that is not counted"""


@dataclass(frozen=True, slots=True)
class Result:
    """A line: a subject beside the bare SDK that makes the same calls."""

    name: str
    calls: int
    """DynamoDB calls a request."""
    cost: Cost
    bare: Cost
    aims: Aims | None = None
    """At most so many times the bare SDK; None: it is only shown."""
    memory: float = 0.0
    """In MiB."""

    @property
    def ratio(self) -> Cost:
        """The cost beside the bare SDK's."""
        return Cost(
            self.cost.init / self.bare.init,
            self.cost.first / self.bare.first,
            self.cost.warm / self.bare.warm,
        )

    def missed(self, meter: Meter) -> bool:
        """Whether it is dearer than aimed for."""
        if self.aims is None:
            return False
        late = meter.starts and self.ratio.first > self.aims.first
        return late or self.ratio.warm > self.aims.warm or self.memory > self.aims.memory


def table(title: str, results: Sequence[Result], meter: Meter) -> str:
    """Draw one transport's results; a row that misses its aims says so."""
    (large, million), (small, thousand) = meter.large, meter.small
    units = ((large, 9), (large, 9), (small, 10))
    head = f"{'':52}{'init':>9}{'':>7}{'first':>9}{'':>7}{'warm':>10}{'':>7}\n{'':52}"
    head += "".join(f"{unit:>{width}}{'x SDK':>7}" for unit, width in units)
    lines = [f"{title}\n\n{head}{'MiB':>6}{'calls':>6}"]
    for result in results:
        cost, ratio = result.cost, result.ratio
        lines.append(
            f"{result.name:52}{cost.init / million:9.1f}{ratio.init:7.3f}"
            f"{cost.first / million:9.1f}{ratio.first:7.3f}"
            f"{cost.warm / thousand:10.1f}{ratio.warm:7.3f}{result.memory:6.1f}{result.calls:6}"
            + ("  MISSED" if result.missed(meter) else "")
        )
    return "\n".join(lines)


def growth(results: Sequence[Result], meter: Meter) -> str:
    """Say what one part more of a large request costs."""
    by_name = {result.name: result.cost.warm for result in results}
    unit, size = meter.small
    lines = [
        f"  {part:28}{(by_name[large] - by_name[small]) / parts / size:8.1f} {unit}"
        for part, large, small, parts in PARTS
        if large in by_name
    ]
    return "\n".join(("What one part more costs a warm request:", *lines))


PARTS = (
    ("an element, of 25", "batch of 25", "batch of 1", 24),
    ("an element, of 100", "batch of 100", "batch of 1", 99),
    ("a tag", "metric with 100 tags", "metric with target validation", 97),
    ("a tool call", "demonstration of 100 tool calls", "demonstration: tool call", 99),
)


def notes() -> str:
    """Say what the lines and columns mean."""
    return NOTES


def verdict(results: Sequence[Result], meter: Meter) -> str:
    """Say whether the aims are met."""
    missed = dict.fromkeys(result.name for result in results if result.missed(meter))
    return f"The aims are {'MISSED by ' + '; '.join(missed) if missed else 'met by every row'}."


def machine(version: str) -> str:
    """Say on what it was measured."""
    return f"{platform.python_implementation()} {version}, {platform.machine()}"


def document(meter: Meter, results: Sequence[Result]) -> dict[str, Any]:
    """Return everything counted over one transport, for a JSON file."""
    return {
        "counted": meter.what,
        "rows": [
            {
                "name": result.name,
                "calls": result.calls,
                "cost": asdict(result.cost),
                "ratio": asdict(result.ratio),
                "memory": result.memory,
                "missed": result.missed(meter),
            }
            for result in results
        ],
    }
