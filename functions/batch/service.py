"""The use case: every element is drafted, looked up and written, all of them together."""

from collections.abc import Mapping
from dataclasses import dataclass

from batch.progress import Entry, Ledger
from batch.lookup import look_up
from batch.request import Element
from batch.writer import BatchWriter
from batch.writing import Outcome, Writing, settled
from feedback.reservations import DAY, Claim, of_key
from feedback.rules import Draft, complete, draft
from feedback.lookup import Lookup
from feedback.model import Record, Target
from submit.service import Receipt
from feedback.waiting import Clock, not_found
from shared.caller import Caller
from shared.catalog import Catalog
from shared.document import Json
from shared.errors import BatchRefused, Refusal
from shared.retry import TimeLeft


@dataclass(frozen=True, slots=True)
class BatchService:
    """Takes batches of feedback, under one configuration."""

    catalog: Catalog
    lookup: Lookup
    writer: BatchWriter
    key_days: int
    """How many days an idempotency key is remembered."""
    clock: Clock

    def submit(
        self, elements: list[Json], caller: Caller, time_left: TimeLeft, *, atomic: bool
    ) -> list[Outcome]:
        """Store what is asked for, and tell of each element, in order, what became of it.

        Each is answered as it would be alone, and none suffers for another; those that share a
        key, one after the other. But if the batch is atomic, all are stored or none, and
        BatchRefused tells those that could have been. Raises BatchTooLarge if an atomic batch is
        more than a transaction takes; then nothing is stored.
        """
        now = self.clock.now()
        ledger = self._draft(elements, caller, now, atomic=atomic)
        records = look_up(ledger, self.lookup, int(now), self.clock, time_left)
        writings = self._complete(ledger, records)
        if atomic and ledger.refused:
            for place in list(ledger.open):
                ledger.close(place, BatchRefused("Not stored: another element was refused"))
        else:
            write = self.writer.write_atomically if atomic else self.writer.write
            written = write(list(writings.values()), int(now), time_left)
            for place, writing in writings.items():
                ledger.close(place, written[writing.id])
            ledger.close_followers()
        return [ledger.outcomes[place] for place in range(len(elements))]

    def _draft(self, elements: list[Json], caller: Caller, now: float, *, atomic: bool) -> Ledger:
        """Apply every rule that needs no look-up."""
        ledger = Ledger(atomic)
        for place, document in enumerate(elements):
            try:
                element = Element.parse(document)
                drafted = draft(element.request, caller, self.catalog, now)
                claim = self._claim(element, drafted, caller, int(now))
                looked_up = drafted.wait is not None
                rows = None if looked_up else complete(drafted, Record(), self.catalog)
                ledger.open[place] = Entry(drafted, claim, bool(element.request.dryrun), rows)
            except Refusal as refusal:
                ledger.close(place, refusal)
        return ledger

    def _claim(self, element: Element, drafted: Draft, caller: Caller, now: int) -> Claim | None:
        if element.key is None or element.request.dryrun:
            return None
        until = now + self.key_days * DAY
        return of_key(element.key, element.request, caller, drafted.id, until)

    def _complete(self, ledger: Ledger, records: Mapping[Target, Record]) -> dict[int, Writing]:
        """Give what is to be written of the elements that are open: of those with one key, one.

        The others follow it; in an atomic batch, only its repeats can.
        """
        writings: dict[int, Writing] = {}
        firsts: dict[str, tuple[int, Claim]] = {}
        for place, entry in list(ledger.open.items()):
            claim = entry.claim
            if claim and claim.key in firsts:
                first, earlier = firsts[claim.key]
                second = settled(claim, earlier.to_item())
                if ledger.atomic and isinstance(second, Refusal):
                    ledger.close(place, second)
                else:
                    ledger.followers[place] = first, second
                continue
            try:
                rows = entry.rows or complete(
                    entry.draft, _record(entry.draft.target, records), self.catalog
                )
            except Refusal as refusal:
                ledger.close(place, refusal)
                continue
            if entry.dryrun:
                ledger.close(place, Receipt(entry.draft.id))
                continue
            if claim:
                firsts[claim.key] = place, claim
            writings[place] = Writing(entry.draft.id, rows, [claim] if claim else [])
        return writings


def _record(target: Target, records: Mapping[Target, Record]) -> Record:
    record = records.get(target)
    if record is None:
        raise not_found(target)
    return record
