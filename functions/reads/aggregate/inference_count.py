"""How many inferences of a function have feedback, and how many of them have good feedback."""

import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from aggregates import exact, layout, roles
from aggregates.counters import WHOLE
from aggregates.layout import DEMONSTRATION, Series
from aggregates.periods import Window
from reads import parameters as read
from reads.aggregate import counts
from reads.aggregate.settings import Metric, Settings
from reads.aggregate.store import Store
from reads.aggregate.table import HIGHEST, Range, Table
from shared.items import Item

_PASSES: dict[str, Callable[[float, float], bool]] = {"max": operator.gt, "min": operator.lt}
"""Whether a value is beyond the threshold, on the side of the better ones."""


class Ask(NamedTuple):
    """What is asked for."""

    function: str
    metric: str
    threshold: float
    settings: Metric

    @classmethod
    def parse(
        cls, function: str, metric: str, parameters: Mapping[str, str], settings: Settings
    ) -> "Ask":
        """Read a request. Raises InvalidField, UnknownFunction, UnknownMetric."""
        threshold = read.number("threshold", parameters.get("threshold", "0"))
        settings.function(function)
        if metric == DEMONSTRATION:
            return cls(function, metric, threshold, Metric(metric, "inference", "max"))
        return cls(function, metric, threshold, settings.metric(metric))


class _Count(NamedTuple):
    """How many inferences have feedback, and how many of them good feedback."""

    all: int
    good: int


def inference_count(store: Store, ask: Ask) -> dict[str, Any]:
    """Answer what is asked for. Raises StorageUnavailable."""
    is_counted = ask.settings.level == "inference" and ask.settings.kind != "float"
    count = _from_counters if is_counted else _from_votes
    found = store.of_one_generation(lambda generation: count(store, generation, ask))
    return {"feedback_count": found.all, "inference_count": found.good}


def _from_counters(store: Store, generation: int, ask: Ask) -> _Count:
    """Add counters up: of an inference, they count the latest feedback once."""
    sought = Series(ask.function, ask.metric, ask.settings.kind, ask.settings.level)
    listed = store.series(generation, ask.function, ask.metric)
    parts = [(series, shard) for series, shard in listed if series == sought]
    wanted = counts.days(WHOLE[Window.CUMULATIVE], None)
    total = exact.moments(exact.total(counts.sums(store, generation, parts, wanted).values()))
    if ask.settings.kind == DEMONSTRATION:
        return _Count(total.number, total.number)
    good = total.total if ask.settings.optimize == "max" else total.number - total.total
    return _Count(total.number, good)


def _from_votes(store: Store, generation: int, ask: Ask) -> _Count:
    """Look at the latest feedback of each target: an episode counts all its inferences."""
    each = store.side_by_side(
        [partial(_of_partition, store, generation, ask, digit) for digit in layout.DIGITS]
    )
    return _Count(sum(part.all for part in each), sum(part.good for part in each))


def _of_partition(store: Store, generation: int, ask: Ask, digit: str, table: Table) -> _Count:
    key = layout.votes_key(generation, ask.metric, digit)
    attributes = (ask.settings.kind, "function", "roles")
    counted = [
        (weight, _is_good(item, ask))
        for item in store.read(table, Range(key, "!", HIGHEST, attributes=attributes))
        if (weight := _weight(item, ask))
    ]
    return _Count(
        sum(weight for weight, _ in counted), sum(weight for weight, good in counted if good)
    )


def _weight(item: Item, ask: Ask) -> int:
    """Return how many inferences of the function an item counts."""
    if ask.settings.kind not in item:
        return 0
    if ask.settings.level == "inference":
        return item.get("function") == {"S": ask.function}
    found = [
        role.inferences
        for role in roles.read(item["roles"]["S"])
        if (role.function, role.level) == (ask.function, "episode")
    ]
    return sum(found)


def _is_good(item: Item, ask: Ask) -> bool:
    threshold = 0.5 if ask.settings.kind == "boolean" else ask.threshold
    value = float(item[ask.settings.kind]["N"])
    return _PASSES[ask.settings.optimize](value, threshold)
