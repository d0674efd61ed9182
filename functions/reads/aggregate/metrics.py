"""The metrics of a function: on which there is feedback, and how much."""

from typing import Any

from aggregates.counters import ALL, WHOLE
from aggregates.periods import Window
from feedback.kinds.registry import BUILT_IN
from reads.aggregate import counts
from reads.aggregate.settings import Settings
from reads.aggregate.store import Store

_LATEST = WHOLE[Window.CUMULATIVE]
_GROUPS = {"inference": ALL, "episode": ALL + _LATEST}
"""By level, what there is of a metric that has feedback.

On an episode of several variants, only the latest is counted.
"""
_COUNTS = ("variant", f"{_LATEST}n", *(f"{ALL}{hour:02}n" for hour in range(24)))
"""What is read of a day's counter: not the sums."""


def metrics(store: Store, function: str, variant: str | None, settings: Settings) -> dict[str, Any]:
    """Return the metrics with feedback on the function's inferences, and those on its episodes.

    Each is listed by name. Every feedback counts, but for that on an episode of several variants.
    A metric that has changed its type is one metric. Raises UnknownFunction, StorageUnavailable.
    """
    settings.function(function)
    found = store.of_one_generation(lambda generation: _read(store, generation, function, variant))
    rows: dict[str, list[dict[str, Any]]] = {level: [] for level in _GROUPS}
    for (level, name), number in sorted(found.items()):
        rows[level].append(
            {"function_name": function, "metric_name": name}
            | _type(name, settings)
            | {"feedback_count": number}
        )
    return {"metrics": rows["inference"], "episode_metrics": rows["episode"]}


def _read(
    store: Store, generation: int, function: str, variant: str | None
) -> dict[tuple[str, str], int]:
    """Count the feedback, by level and metric, of those that have any."""
    parts: dict[tuple[str, str], list[counts.Part]] = {}
    for series, shard in store.series(generation, function):
        parts.setdefault((series.level, series.metric), []).append((series, shard))
    variants = None if variant is None else {variant}
    found: dict[tuple[str, str], int] = {}
    for (level, name), of_metric in parts.items():
        numbers = dict.fromkeys(_GROUPS[level], 0)
        wanted = counts.days(_GROUPS[level], variants, _COUNTS)
        for place, amounts in counts.sums(store, generation, of_metric, wanted).items():
            numbers[place.group] += amounts.get("n", 0)
        if any(number > 0 for number in numbers.values()):
            found[level, name] = max(0, numbers[ALL])
    return found


def _type(name: str, settings: Settings) -> dict[str, str]:
    """Return the type that a metric has now; nothing if it is not configured."""
    if name in BUILT_IN:
        return {"metric_type": name}
    metric = settings.metrics.get(name)
    return {} if metric is None else {"metric_type": metric.kind}
