"""The metrics of a function: on which there is feedback, and how much."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aggregates.counters import ALL, WHOLE
from aggregates.periods import Window
from feedback.kinds.registry import BUILT_IN
from reads import parameters as read
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
LEVELS = ("inference", "all")
"""What `level` can be: on what the feedback of the metrics is."""


class Ask(NamedTuple):
    """What is asked for."""

    function: str
    variant: str | None
    """None: all."""
    episodes: bool
    """Whether the metrics of episodes are asked for as well."""

    @classmethod
    def parse(cls, function: str, parameters: Mapping[str, str], settings: Settings) -> "Ask":
        """Read a query's parameters. Raises InvalidField, UnknownFunction."""
        level = read.choice("level", parameters.get("level", "inference"), LEVELS)
        ask = cls(function, parameters.get("variant_name"), level == "all")
        settings.function(function)
        return ask


def metrics(store: Store, ask: Ask, settings: Settings) -> dict[str, Any]:
    """Return the metrics with feedback on the function's inferences, by name.

    Those on its episodes have a list of their own. Every feedback counts, but for that on an
    episode of several variants. A metric that has changed its type is one metric. Raises
    StorageUnavailable.
    """
    found = store.of_one_generation(lambda generation: _read(store, generation, ask))
    rows: dict[str, list[dict[str, Any]]] = {"inference": [], "episode": []}
    for (level, name), number in sorted(found.items()):
        rows[level].append(
            {"function_name": ask.function, "metric_name": name}
            | _type(name, settings)
            | {"feedback_count": number}
        )
    of_episodes = {"episode_metrics": rows["episode"]} if ask.episodes else {}
    return {"metrics": rows["inference"], **of_episodes}


def _read(store: Store, generation: int, ask: Ask) -> dict[tuple[str, str], int]:
    """Count the feedback, by level and metric, of those that have any."""
    parts: dict[tuple[str, str], list[counts.Part]] = {}
    for series, shard in store.series(generation, ask.function):
        if ask.episodes or series.level == "inference":
            parts.setdefault((series.level, series.metric), []).append((series, shard))
    variants = None if ask.variant is None else {ask.variant}
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
