"""Counters, added up: over shards, and over series where several are asked for."""

from collections.abc import Container, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aggregates import counters, layout
from aggregates.counters import SUPERSEDED, WHOLE
from aggregates.exact import Amounts, add
from aggregates.layout import Series
from aggregates.periods import Minute
from reads.aggregate.store import Store
from reads.aggregate.table import Range, Table

if TYPE_CHECKING:
    from shared.items import Item


class Place(NamedTuple):
    """Where something is counted."""

    variant: str
    group: str
    begin: Minute
    """When the hour or minute begins; for a group without slots, the day."""


Sums: TypeAlias = dict[Place, Amounts]
Part: TypeAlias = tuple[Series, int]
"""A series in one of its shards."""


class Wanted(NamedTuple):
    """Which counters are read, and what of them."""

    first: str
    last: str
    """The sort keys between which they lie."""
    groups: str
    """The groups, each a letter."""
    variants: Container[str] | None = None
    """The variants that count; None: all."""
    attributes: tuple[str, ...] = ()
    """The attributes that are read; all, if it is empty."""


def days(groups: str, variants: Container[str] | None, attributes: tuple[str, ...] = ()) -> Wanted:
    """Ask for all counters of days."""
    return Wanted("d", "e", groups, variants, attributes)


def sums(store: Store, generation: int, parts: Sequence[Part], wanted: Wanted) -> Sums:
    """Add up what is wanted of series in shards. Raises StorageUnavailable.

    Attributes of the same name are added before they are read: shards then cost little.
    """
    lanes = [parts[start :: len(store.tables)] for start in range(len(store.tables))]
    each = store.side_by_side([partial(_add, store, generation, lane, wanted) for lane in lanes])
    counted: _Raw = {}
    for of_lane in each:
        for counter, amounts in of_lane.items():
            add(counted.setdefault(counter, {}), amounts)
    result: Sums = {}
    for (variant, sort), amounts in counted.items():
        item: Item = {name: {"N": str(amount)} for name, amount in amounts.items()}
        for slot in counters.read({**item, "sort": {"S": sort}}):
            result[Place(variant, slot.group, slot.begin)] = slot.amounts
    return result


_Raw: TypeAlias = dict[tuple[str, str], dict[str, int]]
"""What the attributes of a counter come to, by its variant and its sort key."""


def _add(
    store: Store, generation: int, parts: Sequence[Part], wanted: Wanted, table: Table
) -> _Raw:
    """Add up some parts as their items come: those are not all in memory at once."""
    result: _Raw = {}
    for series, shard in parts:
        key = layout.counts_key(generation, series, shard)
        attributes = wanted.attributes or _attributes(series.kind, wanted)
        range_ = Range(key, wanted.first, wanted.last, attributes=attributes)
        for item in store.read(table, range_):
            variant = item["variant"]["S"]
            if wanted.variants is None or variant in wanted.variants:
                sums = result.setdefault((variant, item["sort"]["S"]), {})
                for name, value in item.items():  # no group's letter begins another attribute
                    if name[0] in wanted.groups:
                        sums[name] = sums.get(name, 0) + int(value["N"])
    return result


def _attributes(kind: str, wanted: Wanted) -> tuple[str, ...]:
    """Name the attributes that can hold what is wanted, to be sent no other; () if any can.

    Booleans are 0 or 1, so that their sums have one limb. What feedback has superseded may be a
    float, of a metric that was one.
    """
    if kind == "float" or SUPERSEDED in wanted.groups:
        return ()
    number = 24 if wanted.first.startswith("d") else 60
    slots = [""] if wanted.groups in _WHOLE else [f"{slot:02}" for slot in range(number)]
    fields = ("n", "s0", "q0")
    return ("variant", *(f"{wanted.groups}{slot}{field}" for slot in slots for field in fields))


_WHOLE = frozenset(WHOLE.values())
