"""How the table of aggregates is laid out: the keys of its items, each said once.

| item | key | sort | attributes |
| --- | --- | --- | --- |
| state | `state` | `state` | `current`, `building`: numbers of generations |
| series | `G/series/FUNCTION` | `METRIC/KIND/LEVEL/SHARD` | `metric`, `kind`, `level`, `shard` |
| counter | `G/counts/FUNCTION/METRIC/KIND/LEVEL/SHARD` | `d2026-03-02/VARIANT` of a day,
`h2026-03-02T10/VARIANT` of an hour | `variant`, and what `aggregates.counters` says |
| vote | `G/votes/METRIC/X` | `TARGET`, or `TARGET/FIRST` of older feedback | `aggregates.units` |
| episode | `G/episodes/EPISODE` | inference | `function`, `variant` |
| inference | `G/inferences/FUNCTION/X` | inference | `variant`, `episode` |

G is the generation: a rebuild makes a new one beside that which is read. X is the last digit of
the target's or the inference's id: what belongs to one name is spread over 16 partitions.
"""

import hashlib
from typing import NamedTuple

from shared.items import Item
from shared.uuids import Uuid

TABLE = "aggregate"
"""The key of the table."""
DEMONSTRATION = "demonstration"
"""The kind, and the name that its feedback has where a metric's name is asked for."""
KINDS = ("boolean", "float", DEMONSTRATION)
"""The kinds of feedback that are counted, each with a table of its own."""
DIGITS = "0123456789abcdef"
"""What X can be."""
SHARDS = 16
"""Over how many partitions the counters of a series can be spread."""
FIRST_GENERATION = 1
"""Which one is current where the table has no state."""
STATE: Item = {"key": {"S": "state"}, "sort": {"S": "state"}}
"""The key of the state."""

_LONGEST = 200
"""How many bytes of a name are in a key: it has 2,048, the sort key 1,024."""


class Series(NamedTuple):
    """What is counted apart: a metric's feedback on a function's inferences or episodes."""

    function: str
    metric: str
    """DEMONSTRATION for demonstrations."""
    kind: str
    """One of KINDS: whose table the feedback is in."""
    level: str
    """`inference` or `episode`: what the feedback is about."""


def read_state(item: Item | None) -> list[int]:
    """Return the generations to keep: the current one, and one that is being built."""
    known: Item = {"current": {"N": str(FIRST_GENERATION)}, **(item or {})}
    return [int(known[name]["N"]) for name in ("current", "building") if name in known]


def series_key(generation: int, function: str) -> str:
    """Return the key under which a function's series are listed."""
    return f"{generation}/series/{_fit(function)}"


def series_prefix(metric: str) -> str:
    """Return what the sort keys of a metric's series begin with."""
    return f"{_fit(metric)}/"


def series_item(generation: int, series: Series, shard: int) -> Item:
    """Spell the item that says that a series has counters in a shard."""
    sort = f"{series_prefix(series.metric)}{series.kind}/{series.level}/{shard}"
    return {
        **key_of(series_key(generation, series.function), sort),
        "metric": {"S": series.metric},
        "kind": {"S": series.kind},
        "level": {"S": series.level},
        "shard": {"N": str(shard)},
    }


def read_series(function: str, item: Item) -> tuple[Series, int]:
    """Read such an item: the series and the shard."""
    names = (item[name]["S"] for name in ("metric", "kind", "level"))
    return Series(function, *names), int(item["shard"]["N"])


def counts_key(generation: int, series: Series, shard: int) -> str:
    """Return the key of the counters of a series in a shard."""
    function, metric = _fit(series.function), _fit(series.metric)
    return f"{generation}/counts/{function}/{metric}/{series.kind}/{series.level}/{shard}"


def counter_key(generation: int, series: Series, shard: int, period: str, variant: str) -> Item:
    """Spell the key of a counter; the period is `d` and a day's name, or `h` and an hour's."""
    return key_of(counts_key(generation, series, shard), f"{period}/{_fit(variant)}")


def votes_key(generation: int, metric: str, digit: str) -> str:
    """Return the key of what is remembered of a metric's feedback on targets with this digit."""
    return f"{generation}/votes/{_fit(metric)}/{digit}"


def vote_key(generation: int, metric: str, target_id: Uuid, first: Uuid | None = None) -> Item:
    """Spell the key of what is remembered of a target; `first` where it is older feedback."""
    sort = target_id if first is None else f"{target_id}/{first}"
    return key_of(votes_key(generation, metric, target_id[-1]), sort)


def episode_key(generation: int, episode_id: Uuid) -> str:
    """Return the key under which an episode's inferences are listed."""
    return f"{generation}/episodes/{episode_id}"


def inferences_key(generation: int, function: str, digit: str) -> str:
    """Return the key under which a function's inferences with this digit are listed."""
    return f"{generation}/inferences/{_fit(function)}/{digit}"


def key_of(key: str, sort: str) -> Item:
    """Spell the key of an item."""
    return {"key": {"S": key}, "sort": {"S": sort}}


def place(item: Item) -> tuple[str, str]:
    """Return the key and the sort key of an item, or of its key."""
    return item["key"]["S"], item["sort"]["S"]


def _fit(name: str) -> str:
    """Make a name fit a key: no slash in it, and not too long."""
    spelled = name.replace("%", "%25").replace("/", "%2F")
    if len(spelled.encode()) <= _LONGEST:
        return spelled
    digest = hashlib.sha256(name.encode()).hexdigest()
    return f"{spelled.encode()[: _LONGEST - len(digest)].decode(errors='ignore')}~{digest}"
