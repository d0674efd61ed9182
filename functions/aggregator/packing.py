"""Packing: which steps are written in one transaction, and how each is spelled in it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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
FILLED_AT_ONCE = 8
"""How many transactions are filled side by side: what is too much for one may fit another."""


class Move(NamedTuple):
    """Units of a subject that are written together, and what is added to the counters."""

    subject: Subject
    memories: tuple[Memory, ...]
    """As they are to be; the version of each is that which is stored."""
    counts: Counts


@dataclass(slots=True)
class Group:
    """Moves that are written in one transaction, and what they add to the counters together."""

    moves: list[Move] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    _writes: int = 0
    _size: int = 0

    def add(self, move: Move, size: int) -> bool:
        """Add a move of so many bytes, unless it would be too large; the first one always fits."""
        counts = self.counts
        counters = len(counts) + sum(counter not in counts for counter in move.counts)
        fits = (
            self._writes + len(move.memories) + counters <= MAX_WRITES
            and self._size + size <= MAX_BYTES
            and all(
                len(counts.get(counter, {}).keys() | amounts.keys()) <= MAX_AMOUNTS
                for counter, amounts in move.counts.items()
            )
        )
        if self.moves and not fits:
            return False
        self.moves.append(move)
        counts.include(move.counts)
        self._writes, self._size = self._writes + len(move.memories), self._size + size
        return True

    @property
    def owners(self) -> list[Subject]:
        """Whose each unit is, in the order in which they are written."""
        return [move.subject for move in self.moves for _ in move.memories]


def to_move(subject: Subject, units: tuple[Unit, ...], counts: Counts) -> Move:
    """Return what is written of a step: if it is too much at once, the last unit keeps the rest."""
    now, rest = _portion(counts, MAX_WRITES - len(units))
    memories = [Memory(unit, Counts()) for unit in units]
    memories[-1] = memories[-1]._replace(pending=rest)
    return Move(subject, tuple(memories), now)


def pack(moves: Iterable[Move]) -> Iterator[Group]:
    """Put moves together, as many as fit into a transaction; no unit is moved twice."""
    groups: list[Group] = []
    for move in moves:
        size = sum(item_size(to_item(0, *move.subject, memory)) for memory in move.memories)
        if not any(group.add(move, size) for group in groups):
            if len(groups) == FILLED_AT_ONCE:
                yield groups.pop(0)
            groups.append(Group())
            groups[-1].add(move, size)
    yield from groups


def spell(
    table: str, generation: int, group: Group, shards: Mapping[Series, int]
) -> list[dict[str, Any]]:
    """Spell a transaction: first the units, in the order of the moves, then the counters."""
    units = [
        _put(table, to_item(generation, *move.subject, raised(memory)), memory.unit.version)
        for move in group.moves
        for memory in move.memories
    ]
    counters = [
        _update(table, generation, counter, shards.get(counter.series, 0), amounts)
        for counter, amounts in group.counts.items()
        if amounts
    ]
    return units + counters


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


def raised(memory: Memory) -> Memory:
    """Return a unit as it is stored once it is moved."""
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
