"""Units as items: how what is remembered is spelled, and read back.

| attribute | what |
| --- | --- |
| `version` | how often the unit has been moved |
| `entries` | each an id without hyphens, a letter for the kind, and the value |
| `before` | the value of the entry before them |
| `roles` | as what the entries count, as JSON: of a head with the times of the inferences |
| `floor`, `latest` | of a head; the latest entries are left out where they are among the entries |
| `boolean`, `float`, `demonstration` | of a head: the latest value of the kind, for filters |
| `function` | of a head whose target is an inference: its function, for filters |
| `pending` | what the counters have yet to be given, as JSON, where it was too much at once |
"""

import json
from typing import NamedTuple

from aggregates import layout, roles
from aggregates.counters import Counter, Counts
from aggregates.layout import KINDS, Series
from aggregates.units import Entry, Unit, latest
from shared.items import Item
from shared.uuids import Uuid

_KINDS = {kind[0]: kind for kind in KINDS}
"""The kinds by their letters."""


class Memory(NamedTuple):
    """A unit as it is stored."""

    unit: Unit
    pending: Counts
    """What is counted of it except this."""


def to_item(generation: int, metric: str, target_id: Uuid, memory: Memory) -> Item:
    """Spell a unit of a target."""
    unit = memory.unit
    item: Item = {
        **layout.vote_key(generation, metric, target_id, unit.first),
        "version": {"N": str(unit.version)},
        "entries": {"S": _spell_all(unit.entries)},
        "roles": {"S": roles.spell(unit.roles)},
    }
    if unit.before is not None:
        item["before"] = {"S": unit.before}
    if memory.pending:
        item["pending"] = {"S": spell_counts(memory.pending)}
    if unit.first is None:
        item |= _head(unit)
    return item


def read(item: Item) -> Memory:
    """Read a unit back."""
    _, _, first = item["sort"]["S"].partition("/")
    entries = _read_all(item["entries"]["S"])
    unit = Unit(
        Uuid(first) if first else None,
        int(item["version"]["N"]),
        entries,
        item["before"]["S"] if "before" in item else None,
        roles.read(item["roles"]["S"]),
        () if first else latest(*_read_all(_text(item, "latest")), *entries),
        Uuid(_text(item, "floor")) if "floor" in item else None,
    )
    return Memory(unit, read_counts(_text(item, "pending") or "[]"))


def spell_counts(counts: Counts) -> str:
    """Spell what is added to counters as JSON text."""
    parts = [
        [*counter.series, counter.variant, counter.period, amounts]
        for counter, amounts in counts.items()
    ]
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)


def read_counts(text: str) -> Counts:
    """Read it back."""
    return Counts(
        {
            Counter(Series(*names[:4]), names[4], names[5]): amounts
            for *names, amounts in json.loads(text)
        }
    )


def _head(unit: Unit) -> Item:
    item: Item = {}
    # Of its kind, the last one among the entries is the latest, if there is one.
    own = {entry.kind for entry in unit.entries}
    elsewhere = [entry for entry in unit.latest if entry.kind not in own]
    if elsewhere:
        item["latest"] = {"S": _spell_all(elsewhere)}
    for entry in unit.latest:
        item[entry.kind] = {"N": entry.number or "1"}
    for role in unit.roles:
        if role.level == "inference":
            item["function"] = {"S": role.function}
    if unit.floor is not None:
        item["floor"] = {"S": unit.floor}
    return item


def _spell_all(entries: tuple[Entry, ...] | list[Entry]) -> str:
    return " ".join(map(_spell, entries))


def _spell(entry: Entry) -> str:
    return f"{entry.id.replace('-', '')}{entry.kind[0]}{entry.number}"


def _read_all(text: str) -> tuple[Entry, ...]:
    return tuple(map(_read, text.split()))


def _read(text: str) -> Entry:
    id_ = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))
    return Entry(Uuid(id_), _KINDS[text[32]], text[33:])


def _text(item: Item, name: str) -> str:
    text: str = item[name]["S"] if name in item else ""
    return text
