"""How a function's variants did: what `feedback stats` reads, and draws as bars."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from feedback_cli import aggregated
from feedback_cli.output import printable
from tensorzero_feedback import FeedbackClient, MetricCount, Performance

BOOLEAN, DEMONSTRATION = "boolean", "demonstration"

_LONGEST = 60
"""How long a bar is at most, in columns."""
_SHORTEST = 10
"""How long one is that has to leave room for a name."""
_KEY = "█ up to the mean; ▓ and ░ are the 95 % interval below and above it."
_COLOR = "magenta"  # of the terminal's own colours, one that is seen on black and on white


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of a function's feedback on a metric."""

    name: str
    counts: Sequence[MetricCount]
    """How many feedbacks, by level; empty if the metric is not listed."""
    variants: Sequence[Performance]
    """The one with the highest mean first."""

    @property
    def type(self) -> str | None:
        """As in MetricCount; None too if the metric is not listed."""
        return self.counts[0].type if self.counts else None

    @property
    def count(self) -> int:
        """How many feedbacks there are on both levels."""
        return sum(one.count for one in self.counts)


def read(client: FeedbackClient, function: str, names: Sequence[str]) -> list[Metric]:
    """Read these metrics, or all that have any. Raises Failure, FeedbackError."""
    with aggregated.needed():
        listed: dict[str, list[MetricCount]] = {}
        for one in client.metrics(function):
            listed.setdefault(one.metric_name, []).append(one)
        call = partial(_read, client, function, listed)
        return [*aggregated.each(call, names or sorted(listed))]


def _read(
    client: FeedbackClient, function: str, listed: dict[str, list[MetricCount]], name: str
) -> Metric:
    found = Metric(name, listed.get(name, []), [])
    # Of demonstrations there is nothing but a number, nor of what is not configured any longer.
    if name == DEMONSTRATION or (found.counts and found.type is None):
        return found
    variants = client.performances(function, name)
    return replace(found, variants=sorted(variants, key=lambda one: one.mean, reverse=True))


def described(function: str, metrics: Iterable[Metric]) -> dict[str, Any]:
    """Give them for JSON."""
    return {
        "function_name": function,
        "metrics": [
            {
                "metric_name": metric.name,
                "metric_type": metric.type,
                "feedback_count": metric.count,
                "performances": [variant.row for variant in metric.variants],
            }
            for metric in metrics
        ],
    }


def spelled(number: float, metric_type: str | None) -> str:
    """Write a mean for people: of booleans, as a percentage."""
    return f"{number:.1%}".replace("%", " %") if metric_type == BOOLEAN else f"{number:.4g}"


def interval(variant: Performance) -> tuple[float, float]:
    """Return the 95 % interval; of one value, from it to itself."""
    margin = variant.margin or 0.0
    return variant.mean - margin, variant.mean + margin


def spelled_interval(variant: Performance, metric_type: str | None) -> str:
    """Write the interval for people; `none` if there is one value only."""
    if variant.margin is None:
        return "none"
    return " to ".join(spelled(end, metric_type) for end in interval(variant))


def drawn(function: str, metrics: Sequence[Metric]) -> RenderableType:
    """Draw them for a terminal."""
    if not metrics:
        return Text(f"No metric of {printable(function)} has feedback.")
    parts = [part for metric in metrics for part in (*_drawn(metric), Text())]
    if any(variant.margin for metric in metrics for variant in metric.variants):
        return Group(*parts, Text(_KEY, style="dim"))
    return Group(*parts[:-1])


def _drawn(metric: Metric) -> Iterator[RenderableType]:
    yield Text(f"{printable(metric.name)}{_remark(metric)}", style="bold")
    if metric.variants:
        yield _table(metric)


def _remark(metric: Metric) -> str:
    if metric.name == DEMONSTRATION:
        return f"  {metric.count:,} in all"
    if metric.counts and metric.type is None:
        return f"  {metric.count:,} feedbacks; it is not configured any longer"
    if metric.count:
        return f"  {metric.type}, {metric.count:,} feedbacks"
    if not metric.variants:
        return "  no feedback"
    # All of it is on episodes of several variants, or came after the metrics were listed.
    return "" if metric.type is None else f"  {metric.type}"


def _table(metric: Metric) -> Table:
    ends = [end for variant in metric.variants for end in interval(variant)]
    low, high = (0.0, 1.0) if metric.type == BOOLEAN else (min(0.0, *ends), max(0.0, *ends))
    table = Table(box=None, pad_edge=False)
    table.add_column("Variant", overflow="fold", max_width=40)
    table.add_column("Targets", justify="right", no_wrap=True)
    table.add_column("Mean", justify="right", no_wrap=True)
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("")
    for variant in metric.variants:
        table.add_row(
            printable(variant.variant_name),
            f"{variant.count:,}",
            spelled(variant.mean, metric.type),
            spelled_interval(variant, metric.type),
            Bar(low, high, variant.mean, *interval(variant)),
        )
    return table


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from 0 to a mean, with the interval around the mean, on a scale."""

    low: float
    high: float
    mean: float
    lower: float
    upper: float

    def __rich_measure__(self, _console: Console, options: ConsoleOptions) -> Measurement:
        """Take the room that there is."""
        longest = min(_LONGEST, options.max_width)
        return Measurement(min(_SHORTEST, longest), longest)

    def __rich_console__(
        self, _console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        """Draw it."""
        cells = (
            self._cell(self._at((i + 0.5) / options.max_width)) for i in range(options.max_width)
        )
        yield Text("".join(cells), style=_COLOR, no_wrap=True)

    def _at(self, part: float) -> float:
        # The difference of the ends may be beyond what a float holds; these terms are not.
        return self.low * (1 - part) + self.high * part

    def _cell(self, number: float) -> str:
        below = min(0.0, self.mean) <= number <= max(0.0, self.mean)
        within = self.lower <= number <= self.upper
        return {(True, False): "█", (True, True): "▓", (False, True): "░"}.get((below, within), " ")
