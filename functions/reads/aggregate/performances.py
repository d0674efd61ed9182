"""Performances: what the latest feedback of each target says of a function's variants."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aggregates import periods
from aggregates.counters import LATEST, WHOLE
from aggregates.exact import Amounts, add
from aggregates.layout import Series
from aggregates.periods import Minute, Window
from reads import parameters as read
from reads.aggregate import counts
from reads.aggregate.answer import require_returnable, returnable
from reads.aggregate.counts import Wanted
from reads.aggregate.settings import Settings
from reads.aggregate.statistics import statistics
from reads.aggregate.store import Store
from reads.aggregate.timeseries_request import window

_Z = 1.96
"""How many standard errors an interval of 95 % reaches from the mean."""
_ADVICE = "ask for longer periods by `time_window`, or for one variant by `variant_name`"
_MINUTES = ("h", "i")
"""Between which the counters of hours lie, which have the minutes."""


class Ask(NamedTuple):
    """What is asked for: a series, and how long its periods are."""

    series: Series
    window: Window
    variant: str | None

    @classmethod
    def parse(cls, function: str, parameters: Mapping[str, str], settings: Settings) -> "Ask":
        """Read a query's parameters, in TensorZero's order.

        Raises InvalidField, MissingField, UnknownFunction, UnknownMetric, UnknownVariant.
        """
        name, length = read.required(parameters, "metric_name"), window(parameters)
        configured, metric = settings.function(function), settings.metric(name)
        variant = parameters.get("variant_name")
        if variant is not None:
            configured.require(variant)
        return cls(Series(function, name, metric.kind, metric.level), length, variant)


def performances(store: Store, ask: Ask) -> dict[str, Any]:
    """Answer what is asked for. Raises AnswerTooLarge, StorageUnavailable."""
    found = store.of_one_generation(lambda generation: _read(store, generation, ask))
    require_returnable(len(found), _ADVICE)
    rows = [row for place in sorted(found) for row in _rows(*place, found[place])]
    return {"performances": returnable(rows, _ADVICE)}


def _read(store: Store, generation: int, ask: Ask) -> dict[tuple[Minute, str], Amounts]:
    """Add up what is counted, by period and variant."""
    parts = [
        (series, shard)
        for series, shard in store.series(generation, ask.series.function, ask.series.metric)
        if series == ask.series
    ]
    group = WHOLE.get(ask.window, LATEST)
    variants = None if ask.variant is None else {ask.variant}
    wanted = counts.days(group, variants)
    if ask.window is Window.MINUTE:
        wanted = Wanted(*_MINUTES, group, variants)
    result: dict[tuple[Minute, str], Amounts] = {}
    for place, amounts in counts.sums(store, generation, parts, wanted).items():
        begin = periods.start(ask.window, place.begin)
        add(result.setdefault((begin, place.variant), {}), amounts)
    return result


def _rows(begin: Minute, variant: str, sums: Amounts) -> Iterator[dict[str, Any]]:
    found = statistics(sums)
    if found is None:
        return
    row = {
        "period_start": periods.spelled(begin),
        "variant_name": variant,
        "count": found.number,
        "avg_metric": found.mean,
    }
    if found.variance is not None:
        deviation = math.sqrt(found.variance)
        row |= {"stdev": deviation, "ci_error": _Z * deviation / math.sqrt(found.number)}
    yield row
