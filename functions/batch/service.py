"""The use case: a batch's elements are checked, looked up and written, all of them together."""

from collections.abc import Mapping
from dataclasses import dataclass

from batch.lookup import close_refused, look_up
from batch.progress import Entry, Progress
from batch.request import Element
from batch.writer import BatchWriter
from batch.writes import BatchRefused, Outcome, Write, answer_by_holder
from feedback import reservations
from feedback.demonstration.json_schema.check import Check
from feedback.demonstration.json_schema.validation import Validation
from feedback.lookup import Lookup
from feedback.model import Accepted, Record, Target
from feedback.reservations import Reservation
from feedback.rules import complete, draft
from feedback.waiting import TargetNotFound
from shared import uuids
from shared.caller import Caller
from shared.catalog import Catalog
from shared.clock import Clock, Seconds, TimeLeft
from shared.document import Json
from shared.refusal import Refusal
from shared.uuids import Uuid


@dataclass(frozen=True, slots=True)
class BatchService:
    """Takes batches of feedback, under one configuration."""

    catalog: Catalog
    lookup: Lookup
    writer: BatchWriter
    key_lifetime: Seconds
    """How long an idempotency key is remembered."""
    wait_limit: Seconds
    """How long a target is waited for at most; TensorZero's own waits are 1 to 6 s."""
    clock: Clock
    validation: Validation

    def submit(
        self, elements: list[Json], caller: Caller, time_left: TimeLeft, *, atomic: bool
    ) -> list[Outcome]:
        """Store what is asked for; return what became of each element, in order.

        Each is answered as it would be alone, whatever becomes of the others; those that share a
        key, one after the other. An atomic batch is stored whole or not at all: if one element is
        refused, the others get BatchRefused. Raises BatchTooLarge if an atomic batch is more than a
        transaction takes; then nothing is stored.
        """
        now = self.clock.now()
        check = self.validation.begin(time_left)
        progress = self._draft(elements, caller, now, check, atomic=atomic)
        close_refused(progress, self.lookup, now, self.clock, time_left)
        records = look_up(
            progress,
            self.lookup,
            now,
            wait_limit=self.wait_limit,
            clock=self.clock,
            time_left=time_left,
        )
        writes = self._complete(progress, records, check)
        if atomic and progress.refused:
            for place in list(progress.open):
                progress.close(place, BatchRefused())
        else:
            write = self.writer.write_atomically if atomic else self.writer.write
            written = write(list(writes.values()), now, time_left)
            for place, one in writes.items():
                progress.close(place, written[one.id])
            progress.close_followers()
        return [progress.outcomes[place] for place in range(len(elements))]

    def _draft(
        self, elements: list[Json], caller: Caller, now: Seconds, check: Check, *, atomic: bool
    ) -> Progress:
        """Apply every rule that needs no look-up."""
        progress = Progress(atomic)
        for place, document in enumerate(elements):
            reservation = None
            try:
                element = Element.parse(document)
                feedback_id = uuids.new()
                reservation = self._reserve(element, feedback_id, caller, now)
                drafted = draft(feedback_id, element.request, caller, self.catalog, now)
                looked_up = drafted.wait is not None
                rows = None if looked_up else complete(drafted, Record(), self.catalog, check)
                dryrun = bool(element.request.dryrun)
                progress.open[place] = Entry(drafted, reservation, dryrun, rows)
            except Refusal as refusal:
                if reservation is None:
                    progress.close(place, refusal)
                else:
                    progress.refused_with_key[place] = reservation, refusal
        return progress

    def _reserve(
        self, element: Element, feedback_id: Uuid, caller: Caller, now: Seconds
    ) -> Reservation | None:
        if element.key is None or element.request.dryrun:
            return None
        expires_at = now + self.key_lifetime
        return reservations.of_key(element.key, element.request, caller, feedback_id, expires_at)

    def _complete(
        self, progress: Progress, records: Mapping[Target, Record], check: Check
    ) -> dict[int, Write]:
        """Return what is to be written of the open elements: of those with one key, the first.

        The others follow it; in an atomic batch, only its repeats can.
        """
        writes: dict[int, Write] = {}
        firsts: dict[str, tuple[int, Reservation]] = {}
        for place, entry in list(progress.open.items()):
            reservation = entry.reservation
            if reservation and reservation.key in firsts:
                first, earlier = firsts[reservation.key]
                second = answer_by_holder(reservation, earlier.to_item())
                if progress.atomic and isinstance(second, Refusal):
                    progress.close(place, second)
                else:
                    progress.followers[place] = first, second
                continue
            try:
                rows = entry.rows or complete(
                    entry.draft, _record(entry.draft.target, records), self.catalog, check
                )
            except Refusal as refusal:
                progress.close(place, refusal)
                continue
            if entry.dryrun:
                progress.close(place, Accepted(entry.draft.id))
                continue
            if reservation:
                firsts[reservation.key] = place, reservation
            writes[place] = Write(entry.draft.id, rows, [reservation] if reservation else [])
        return writes


def _record(target: Target, records: Mapping[Target, Record]) -> Record:
    record = records.get(target)
    if record is None:
        raise TargetNotFound(target)
    return record
