"""The metrics of a function: on which there is feedback, and how much."""

from typing import Any

from aggregates.counters import ALL
from feedback.kinds.registry import BUILT_IN
from reads.aggregate import counts
from reads.aggregate.settings import Settings
from reads.aggregate.store import Store

_COUNTS = ("variant", *(f"{ALL}{hour:02}n" for hour in range(24)))
"""What is read of a day's counter: not the sums."""


def metrics(store: Store, function: str, variant: str | None, settings: Settings) -> dict[str, Any]:
    """Return the metrics that feedback on the function's inferences has, by their names.

    Every feedback counts. A metric that has changed its type is one metric. Raises
    UnknownFunction, StorageUnavailable.
    """
    settings.function(function)
    found = store.of_one_generation(lambda generation: _read(store, generation, function, variant))
    return {
        "metrics": [
            {"function_name": function, "metric_name": name}
            | _type(name, settings)
            | {"feedback_count": number}
            for name, number in sorted(found.items())
            if number > 0
        ]
    }


def _read(store: Store, generation: int, function: str, variant: str | None) -> dict[str, int]:
    """Count the feedback on inferences, by metric."""
    parts: dict[str, list[counts.Part]] = {}
    for series, shard in store.series(generation, function):
        if series.level == "inference":
            parts.setdefault(series.metric, []).append((series, shard))
    wanted = counts.days(ALL, None if variant is None else {variant}, _COUNTS)
    found = {}
    for name, of_metric in parts.items():
        counted = counts.sums(store, generation, of_metric, wanted)
        found[name] = sum(amounts.get("n", 0) for amounts in counted.values())
    return found


def _type(name: str, settings: Settings) -> dict[str, str]:
    """Return the type that a metric has now; nothing if it is not configured."""
    if name in BUILT_IN:
        return {"metric_type": name}
    metric = settings.metrics.get(name)
    return {} if metric is None else {"metric_type": metric.kind}
