"""The use case: a request becomes feedback, and feedback becomes rows."""

from dataclasses import dataclass
from functools import partial

from feedback import reservations
from feedback.demonstration.json_schema.validation import Validation
from feedback.lookup import BatchRead, Lookup
from feedback.model import Accepted, Record
from feedback.request import FeedbackRequest
from feedback.reservations import Reservation
from feedback.rules import Draft, complete, draft
from feedback.waiting import TargetNotFound, rounds
from shared import uuids
from shared.caller import Caller
from shared.catalog import Catalog
from shared.clock import Clock, Seconds, TimeLeft
from shared.items import Item
from shared.refusal import Refusal
from shared.retry import retry
from shared.uuids import Uuid
from submit.store import FeedbackStore


@dataclass(frozen=True, slots=True)
class Service:
    """Takes feedback, under one configuration."""

    catalog: Catalog
    lookup: Lookup
    store: FeedbackStore
    key_lifetime: Seconds
    """How long an idempotency key is remembered."""
    wait_limit: Seconds
    """How long a target is waited for at most; TensorZero's own waits are 1 to 6 s."""
    clock: Clock
    validation: Validation

    def submit(
        self, request: FeedbackRequest, key: str | None, caller: Caller, time_left: TimeLeft
    ) -> Accepted:
        """Store the feedback that is asked for, unless it is a dry run.

        With an idempotency key it is stored once: a repeat gets the first one's id, whatever has
        changed in the configuration since. The rules apply in TensorZero's order, but those that
        need no look-up come first, so that nobody waits for their refusal. Raises a Refusal: then
        nothing is stored, except that after StorageUnavailable it may be.
        """
        now, feedback_id, by_key = self.clock.now(), uuids.new(), None
        if key is not None and not request.dryrun:
            expires_at = now + self.key_lifetime
            by_key = reservations.of_key(key, request, caller, feedback_id, expires_at)
        try:
            drafted = draft(feedback_id, request, caller, self.catalog, now)
        except Refusal:
            if by_key and (first := self._first(by_key, now, time_left)):
                return Accepted(first, replayed=True)  # of the time before a rule changed
            raise
        record, earlier = self._look_up(drafted, by_key, now, time_left)
        if by_key and earlier:
            return Accepted(by_key.holder(earlier), replayed=True)
        rows = complete(drafted, record, self.catalog, self.validation.begin(time_left))
        if request.dryrun:
            return Accepted(feedback_id)
        reserved = [by_key] if by_key else []
        if caller.grant is not None and caller.grant.once:
            vote = reservations.of_vote(caller, drafted.target, drafted.metric, feedback_id)
            reserved.append(vote)
        write = partial(self.store.write, rows, reserved, now)
        holder = retry(write, time_left, self.clock.sleep)
        return Accepted(holder, replayed=True) if holder else Accepted(feedback_id)

    def _first(self, by_key: Reservation, now: Seconds, time_left: TimeLeft) -> Uuid | None:
        """Return the feedback that this same request has stored before, by its key."""
        batch = BatchRead({}, [by_key.key])
        retry(partial(self.lookup.read, batch), time_left, self.clock.sleep)
        earlier = batch.holder(by_key.key, now)
        return by_key.holder(earlier) if earlier and by_key.is_same_request(earlier) else None

    def _look_up(
        self, drafted: Draft, by_key: Reservation | None, now: Seconds, time_left: TimeLeft
    ) -> tuple[Record, Item | None]:
        """Return the target's record and what holds the key already, read in one call.

        Waits for the target, unless it need not exist. Raises TargetNotFound.
        """
        if drafted.wait is None:
            return Record(), None
        target, reads, earlier = drafted.target, drafted.reads, None
        for _ in rounds({target: min(drafted.wait, self.wait_limit)}, self.clock):
            if by_key is None:
                get = partial(self.lookup.get, target, reads)
                record = retry(get, time_left, self.clock.sleep)
            else:
                batch = BatchRead({target: reads}, [by_key.key])
                retry(partial(self.lookup.read, batch), time_left, self.clock.sleep)
                record, earlier = batch.records.get(target), batch.holder(by_key.key, now)
                if target in batch.impossible and not earlier:
                    raise TargetNotFound(target)
            if record or earlier:
                return record or Record(), earlier
        raise TargetNotFound(target, cut=self.wait_limit < drafted.wait)
