"""Checks the aggregates: counts all feedback plainly, and says where what is kept is different.

The counters, summed over their shards, are compared with what all feedback adds to them. What is
remembered of each target is compared with what its own feedback adds, so that the cause of a
difference is found. Lists of inferences and of shards are compared too.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from aggregates import layout, memory
from aggregates.counters import Counter, Counts
from aggregates.inference import Inference
from aggregates.layout import KINDS
from aggregates.roles import Roles
from aggregates.units import Entry, Unit, counts, latest
from aggregator.inputs import to_entry
from aggregator.records import Malformed, read_feedback, read_inference
from feedback_cli.progress import Move
from feedback_cli.recount.database import Tables, scan
from feedback_cli.recount.difference import Difference
from feedback_cli.recount.ledger import Ledger, Subject
from feedback_cli.recount.state import State
from shared.clock import Seconds
from shared.items import Attribute, Item
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOOKS = 3
"""How often a difference is seen before it is one: a vote may be on its way meanwhile."""
PAUSE: Seconds = 5
"""How long to wait before another look: more than a vote takes to be counted."""
MOST = 10_000
"""How many differences are looked for: where there are more, all has to be counted anew."""
HELD = 20_000
"""How many counters are held in memory at once: some 50 MB."""


@dataclass(slots=True)
class Checked:
    """What a check has found."""

    differences: list[Difference]
    """Those that were the same in all looks."""
    more: bool
    """Whether there may be more than these, which are MOST; then it has looked once."""
    moving: int
    """How many places differed in all looks, each time by something else: votes arrive there."""
    generation: int
    feedback: int
    """How many feedbacks there are."""
    unreadable: list[str]
    """Rows that cannot be counted."""
    left: int
    """How many items of earlier generations have not been deleted."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at all tables has found."""

    differences: dict[tuple[str, ...], Difference]
    """By their places; MOST at most."""
    generation: int
    feedback: int
    unreadable: list[str]
    left: int


@dataclass(frozen=True, slots=True)
class Check:
    """One check."""

    client: "DynamoDBClient"
    tables: Tables
    move: Move
    pause: Seconds = PAUSE
    sleep: Callable[[Seconds], None] = time.sleep

    def run(self) -> Checked:
        """Do it. Raises what the SDK raises."""
        look = self._look()
        found, same = look.differences, {*look.differences}
        for _ in range(LOOKS - 1):
            if not 0 < len(found) < MOST:
                break
            self.move(0, None, f"{len(found):,} differences: looking again in {self.pause:.0f} s")
            self.sleep(self.pause)
            look = self._look()
            again = {where: one for where, one in look.differences.items() if where in found}
            same = {where for where in same & again.keys() if again[where].by == found[where].by}
            found = again
        return Checked(
            [found[where] for where in sorted(same)],
            len(found) == MOST,
            len(found) - len(same),
            look.generation,
            look.feedback,
            look.unreadable,
            look.left,
        )

    def _look(self) -> _Look:
        generation = State(self.client, self.tables[layout.TABLE]).read()[0]
        with closing(Ledger(generation)) as ledger:
            unreadable = self._fill(ledger)
            differences = dict[tuple[str, ...], Difference]()
            for one in self._differences(ledger):
                differences[one.where] = one
                if len(differences) == MOST:
                    break
            return _Look(differences, generation, ledger.rows, unreadable, ledger.left)

    def _fill(self, ledger: Ledger) -> list[str]:
        """Read all tables; return what cannot be read."""
        unreadable, seen, lock = list[str](), 0, Lock()

        def read(table: str, handle: Callable[[list[Item]], list[str]]) -> None:
            def page(items: list[Item], _: int) -> None:
                nonlocal seen
                wrong = handle(items)
                with lock:
                    unreadable.extend(wrong)
                    seen += len(items)
                    self.move(0, None, f"{seen:,} items read")

            scan(self.client, self.tables[table], page)

        read(layout.TABLE, partial(_add_aggregates, ledger))
        read("target", partial(_add_inferences, ledger))
        for kind in KINDS:
            read(kind, partial(_add_entries, ledger, kind))
        return sorted(unreadable)

    def _differences(self, ledger: Ledger) -> Iterator[Difference]:
        expected = Counts()
        for number, subject in enumerate(ledger.subjects()):
            unit = _plain(subject, ledger.roles(subject.target_id))
            adds = counts(subject.metric, unit)
            yield from _remembered(subject, unit, adds)
            expected.include(adds)
            if len(expected) > HELD:
                ledger.expect(expected)
                expected = Counts()
            if number % _TOLD == 0:
                self.move(0, None, f"{number:,} targets compared")
        ledger.expect(expected)
        for pair in ledger.counters():
            yield from _compare(pair.counter, pair.expected, pair.found)
            for shard in pair.unlisted:
                series = pair.counter.series._asdict()
                yield Difference("listed", "not listed", f"shard {shard}", **series)
        yield from map(_list, ledger.unlisted())


_TOLD = 1_000


def _add_aggregates(ledger: Ledger, items: list[Item]) -> list[str]:
    ledger.add_aggregates(items)
    return []


def _add_inferences(ledger: Ledger, items: list[Item]) -> list[str]:
    inferences, unreadable = list[Inference](), []
    for item in items:
        try:
            inference = read_inference(item)
        except Malformed as malformed:
            unreadable.append(f"target {item['target_id']['S']}: {malformed}")
        else:
            if inference is not None:
                inferences.append(inference)
    ledger.add_inferences(inferences)
    return unreadable


def _add_entries(ledger: Ledger, kind: str, items: list[Item]) -> list[str]:
    votes, unreadable = list[tuple[str, Uuid, Entry]](), []
    for item in items:
        try:
            votes.append((*read_feedback(item, kind, is_new=False).subject, to_entry(item, kind)))
        except Malformed as malformed:
            unreadable.append(f"{kind} {item['id']['S']}: {malformed}")
    ledger.add_entries(votes)
    return unreadable


def _plain(subject: Subject, roles: Roles) -> Unit:
    """Return all that is stored of a subject as one unit."""
    return Unit(entries=subject.entries, roles=roles, latest=latest(*subject.entries))


def _remembered(subject: Subject, plain: Unit, expected: Counts) -> Iterator[Difference]:
    """Compare what is remembered of a subject."""
    found, filters = Counts(), dict[str, str]()
    try:
        for item in subject.units:
            unit, pending = memory.read(item)
            found.include(counts(subject.metric, unit))
            found.include(pending, -1)
            if unit.first is None:
                filters = {name: _text(item[name]) for name in _FILTERS if name in item}
    except (LookupError, ValueError, TypeError) as error:
        yield Difference(
            "", repr(error), "unreadable", metric=subject.metric, target=subject.target_id
        )
        return
    for counter in {**expected, **found}:
        yield from _compare(
            counter, expected.get(counter, {}), found.get(counter, {}), subject.target_id
        )
    for name, due in _due_filters(plain).items():
        if _number(due) != _number(filters.get(name, "")):
            yield Difference(
                due, filters.get(name, ""), name, metric=subject.metric, target=subject.target_id
            )


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


def _compare(
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


def _list(unlisted: tuple[Item, bool]) -> Difference:
    item, is_expected = unlisted
    names = ("listed", "not listed") if is_expected else ("not listed", "listed")
    _, kind, _ = item["key"]["S"].split("/", 2)
    return Difference(
        *names,
        f"among {kind}",
        function=item["function"]["S"],
        variant=item["variant"]["S"],
        target=item["sort"]["S"],
    )
