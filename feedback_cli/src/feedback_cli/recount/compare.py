"""Compares what a ledger has of the aggregates with what its feedback says, place by place.

A place is a counter, what is remembered of one target, an inference in a list, or a shard. Its mark
says what was compared there, so that two looks at it can tell whether it has moved.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from aggregates import memory
from aggregates.counters import Counter, Counts
from aggregates.layout import KINDS, Series
from aggregates.roles import Roles
from aggregates.units import Unit, counts, latest
from feedback_cli.recount.difference import Difference
from feedback_cli.recount.ledger import Ledger, Subject
from feedback_cli.recount.rows import Refused, name_feedback, name_target
from shared.items import Attribute, Item

HELD = 20_000
"""How many counters are held in memory at once: some 50 MB."""

_TOLD = 1_000


class Place(NamedTuple):
    """One place."""

    where: bytes
    mark: bytes
    """The same in two looks only if neither side has moved between them."""
    differences: list[Difference]
    """In what it differs."""


def compare(ledger: Ledger, refused: Refused, tell: Callable[[str], None]) -> Iterator[Place]:
    """Yield all places; of inferences in lists and of shards, only those that differ.

    Feedback on a target that is refused is refused as well.
    """
    yield from _targets(ledger, refused, tell)
    unlisted = set[tuple[Series, str]]()
    for pair in ledger.counters():
        unlisted.update((pair.counter.series, shard) for shard in pair.unlisted)
        differences = [*_amounts(pair.counter, pair.expected, pair.found)]
        yield Place(_digest("counter", pair.counter), _digest(pair), differences)
    for series, shard in unlisted:
        difference = Difference("listed", "not listed", f"shard {shard}", **series._asdict())
        where = _digest("shard", series, shard)
        yield Place(where, _digest(ledger.generation), [difference])
    for item, is_expected in ledger.unlisted():
        where = _digest("listed", item["key"], item["sort"], is_expected)
        yield Place(where, _digest(item), [_listed(item, is_expected=is_expected)])


def _targets(ledger: Ledger, refused: Refused, tell: Callable[[str], None]) -> Iterator[Place]:
    """Yield what is remembered of each target; note in the ledger what it should add."""
    expected, stamps = Counts(), dict[Counter, int]()
    for number, subject in enumerate(ledger.subjects()):
        if (cause := refused.get(name_target(subject.target_id))) is not None:
            refused[name_feedback(subject.metric, subject.target_id)] = cause
            continue
        roles = ledger.roles(subject.target_id)
        mark = _digest(ledger.generation, subject, roles)
        adds, found, differences = _remembered(subject, roles)
        yield Place(_digest("target", subject.metric, subject.target_id), mark, differences)
        expected.include(adds)
        for counter in adds.keys() | found.keys():
            stamps[counter] = stamps.get(counter, 0) ^ _number_of(mark)
        if len(stamps) > HELD:
            ledger.expect(expected, stamps)
            expected, stamps = Counts(), {}
        if number % _TOLD == 0:
            tell(f"{number:,} targets compared")
    ledger.expect(expected, stamps)


def _digest(*parts: object) -> bytes:
    text = json.dumps(parts, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _number_of(mark: bytes) -> int:
    """Return a number of a mark that SQLite can keep; any of them may be joined by `^`."""
    return int.from_bytes(mark[:8], signed=True)


def _remembered(subject: Subject, roles: Roles) -> tuple[Counts, Counts, list[Difference]]:
    """Compare what is remembered of a subject; also return what should be counted, and what is."""
    # All that is stored as one unit, which no aggregator has cut.
    plain = Unit(entries=subject.entries, roles=roles, latest=latest(*subject.entries))
    expected, found, filters = counts(subject.metric, plain), Counts(), dict[str, str]()
    named = {"metric": subject.metric, "target": subject.target_id}
    try:
        for item in subject.units:
            unit, pending = memory.read(item)
            found.include(counts(subject.metric, unit))
            found.include(pending, -1)
            if unit.first is None:
                filters = {name: _text(item[name]) for name in _FILTERS if name in item}
    except (LookupError, ValueError, TypeError) as error:
        return expected, found, [Difference("", repr(error), "unreadable", **named)]
    differences = [
        one
        for counter in {**expected, **found}
        for one in _amounts(
            counter, expected.get(counter, {}), found.get(counter, {}), subject.target_id
        )
    ]
    for name, due in _due_filters(plain).items():
        kept = filters.get(name, "")
        if _number(due) != _number(kept):
            differences.append(Difference(due, kept, name, **named))
    return expected, found, differences


_FILTERS = (*KINDS, "function")


def _due_filters(plain: Unit) -> dict[str, str]:
    """Return what the head should say for filters; of a subject without feedback, nothing."""
    filters = {entry.kind: entry.number or "1" for entry in plain.latest}
    for role in plain.roles if filters else ():
        if role.level == "inference":
            filters["function"] = role.function
    return filters


def _text(attribute: Attribute) -> str:
    [text] = attribute.values()
    return str(text)


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


def _amounts(
    counter: Counter, expected: dict[str, int], found: dict[str, int], target: str = ""
) -> Iterator[Difference]:
    for attribute in sorted(expected.keys() | found.keys()):
        due, kept = expected.get(attribute, 0), found.get(attribute, 0)
        if due != kept:
            yield Difference(
                str(due),
                str(kept),
                attribute,
                **counter.series._asdict(),
                variant=counter.variant,
                period=counter.period,
                target=target,
            )


def _listed(item: Item, *, is_expected: bool) -> Difference:
    names = ("listed", "not listed") if is_expected else ("not listed", "listed")
    _, kind, _ = item["key"]["S"].split("/", 2)
    return Difference(
        *names,
        f"among {kind}",
        function=item["function"]["S"],
        variant=item["variant"]["S"],
        target=item["sort"]["S"],
    )
