"""The use case: every element is drafted, looked up and written, all of them together."""

from collections.abc import Mapping
from dataclasses import dataclass

from batch.ledger import Entry, Ledger
from batch.schemas import Element
from batch.writer import BatchWriter
from batch.writing import Outcome, Writing, settled
from feedback.claims import DAY, Claim, of_key
from feedback.draft import Draft, complete, draft
from feedback.lookup import Lookup, Question, Reads
from feedback.model import Record, Target
from feedback.service import Receipt
from feedback.targets import Clock, find, not_found
from runtime.caller import Caller
from runtime.catalog import Catalog
from runtime.document import Json
from runtime.errors import BatchRefused, Refusal, StorageUnavailable
from runtime.retry import TimeLeft, persist


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
        ledger = self._draft(elements, caller, now)
        try:
            records = self._look(ledger, int(now), time_left)
        except StorageUnavailable as refusal:
            for place, entry in list(ledger.open.items()):
                if entry.draft.wait is not None:  # a key alone is found taken by the write as well
                    ledger.close(place, refusal)
            records = {}
        writings = self._complete(ledger, records, atomic=atomic)
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

    def _draft(self, elements: list[Json], caller: Caller, now: float) -> Ledger:
        """Apply every rule that needs no look-up."""
        ledger = Ledger()
        for place, document in enumerate(elements):
            try:
                element = Element.parse(document)
                drafted = draft(element.request, caller, self.catalog, now)
                claim = self._claim(element, drafted, caller, int(now))
                ledger.open[place] = Entry(drafted, claim, bool(element.request.dryrun))
            except Refusal as refusal:
                ledger.close(place, refusal)
        return ledger

    def _claim(self, element: Element, drafted: Draft, caller: Caller, now: int) -> Claim | None:
        if element.key is None or element.request.dryrun:
            return None
        until = now + self.key_days * DAY
        return of_key(element.key, element.request, caller, drafted.id, until)

    def _look(self, ledger: Ledger, now: int, time_left: TimeLeft) -> dict[Target, Record]:
        """Give the targets' records, and close the elements whose key was taken before."""
        reads: dict[Target, Reads] = {}
        waits: dict[Target, float] = {}
        for entry in ledger.open.values():
            if entry.draft.wait is not None:
                target = entry.draft.target
                reads[target] = tuple({*reads.get(target, ()), *entry.draft.reads})
                waits[target] = entry.draft.wait

        def look(targets: list[Target]) -> Mapping[Target, Record]:
            keys = {
                entry.claim.key
                for entry in ledger.open.values()
                if entry.claim and (entry.draft.wait is None or entry.draft.target in targets)
            }
            question = Question({target: reads[target] for target in targets}, keys)
            persist(lambda: self.lookup.read(question), time_left, self.clock.sleep)
            ledger.settle(question, now)
            needed = {
                entry.draft.target for entry in ledger.open.values() if entry.draft.wait is not None
            }
            settled = {target: Record() for target in targets if target not in needed}
            return {**question.records, **settled}

        return find(look, waits, self.clock) if waits else dict(look([]))

    def _complete(
        self, ledger: Ledger, records: Mapping[Target, Record], *, atomic: bool
    ) -> dict[int, Writing]:
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
                if atomic and isinstance(second, Refusal):
                    ledger.close(place, second)
                else:
                    ledger.followers[place] = first, second
                continue
            try:
                rows = complete(entry.draft, _record(entry.draft, records), self.catalog)
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


def _record(draft: Draft, records: Mapping[Target, Record]) -> Record:
    if draft.wait is None:
        return Record()
    record = records.get(draft.target)
    if record is None:
        raise not_found(draft.target)
    return record
