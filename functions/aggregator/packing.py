"""Packing: which steps are written in one transaction, and how each is spelled in it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from aggregates import layout
from aggregates.counters import Counter, Counts
from aggregates.layout import Series
from aggregates.memory import Memory, to_item
from aggregates.units import Unit
from aggregator.records import Subject
from shared.items import Item, item_size

MAX_WRITES = 100
"""How many items DynamoDB writes in one transaction."""
MAX_BYTES = 3 * 1024 * 1024
"""How many bytes of units go into one: it takes 4 MB, with all that is around."""
MAX_AMOUNTS = 150
"""How many attributes of a counter are added to at once: an expression has 4 KB at most."""


class Move(NamedTuple):
    """Units of a subject that are written together, and what is added to the counters."""

    subject: Subject
    memories: tuple[Memory, ...]
    """As they are to be; the version of each is that which is stored."""
    counts: Counts

    @property
    def size(self) -> int:
        """How many bytes its units are."""
        return sum(item_size(to_item(0, *self.subject, memory)) for memory in self.memories)


def to_move(subject: Subject, units: tuple[Unit, ...], counts: Counts) -> Move:
    """Return what is written of a step: if it is too much at once, the last unit keeps the rest."""
    now, rest = _portion(counts, MAX_WRITES - len(units))
    memories = [Memory(unit, Counts()) for unit in units]
    memories[-1] = memories[-1]._replace(pending=rest)
    return Move(subject, tuple(memories), now)


def pack(moves: Iterable[Move]) -> Iterator[list[Move]]:
    """Put moves together, as many as fit into a transaction; none stands twice in one."""
    group: list[Move] = []
    counts, writes, size = Counts(), 0, 0
    for move in moves:
        more = counts.plus(move.counts)
        number = writes + len(move.memories)
        fits = number + len(more) <= MAX_WRITES and size + move.size <= MAX_BYTES
        if group and not (fits and all(len(one) <= MAX_AMOUNTS for one in more.values())):
            yield group
            group, writes, size = [], 0, 0
            more, number = move.counts, len(move.memories)
        group.append(move)
        counts, writes, size = more, number, size + move.size
    if group:
        yield group


def spell(
    table: str, generation: int, group: list[Move], shards: Mapping[Series, int]
) -> list[dict[str, Any]]:
    """Spell a transaction: first the units, in the order of the moves, then the counters."""
    counts = total(group)
    units = [
        _put(table, to_item(generation, *move.subject, _raised(memory)), memory.unit.version)
        for move in group
        for memory in move.memories
    ]
    counters = [
        _update(table, generation, counter, shards.get(counter.series, 0), amounts)
        for counter, amounts in counts.items()
    ]
    return units + counters


def total(group: Iterable[Move]) -> Counts:
    """Return what moves add to the counters together."""
    counts = Counts()
    for move in group:
        counts.include(move.counts)
    return counts.without_zeros()


def _portion(counts: Counts, most: int) -> tuple[Counts, Counts]:
    """Cut off what goes into one transaction beside the units."""
    now, rest = Counts(), Counts()
    for counter, amounts in counts.items():
        names = list(amounts)
        cut = MAX_AMOUNTS if len(now) < most else 0
        for part, some in ((now, names[:cut]), (rest, names[cut:])):
            if some:
                part[counter] = {name: amounts[name] for name in some}
    return now, rest


def _raised(memory: Memory) -> Memory:
    return memory._replace(unit=memory.unit._replace(version=memory.unit.version + 1))


def _put(table: str, item: Item, version: int) -> dict[str, Any]:
    put: dict[str, Any] = {"TableName": table, "Item": item}
    if version:
        put["ConditionExpression"] = "version = :version"
        put["ExpressionAttributeValues"] = {":version": {"N": str(version)}}
    else:
        put["ConditionExpression"] = "attribute_not_exists(version)"
    return {"Put": put}


def _update(
    table: str, generation: int, counter: Counter, shard: int, amounts: Mapping[str, int]
) -> dict[str, Any]:
    values = {f":{place}": {"N": str(amount)} for place, amount in enumerate(amounts.values())}
    added = ",".join(f"{name} :{place}" for place, name in enumerate(amounts))
    return {
        "Update": {
            "TableName": table,
            "Key": layout.counter_key(
                generation, counter.series, shard, counter.period, counter.variant
            ),
            "UpdateExpression": f"SET variant = :variant ADD {added}",
            "ExpressionAttributeValues": {":variant": {"S": counter.variant}, **values},
        }
    }
