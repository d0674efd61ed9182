"""The use case: a request becomes feedback, and feedback becomes rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from feedback import reservations as claiming
from feedback.reservations import DAY, Claim
from feedback.rules import Draft, complete, draft
from feedback.lookup import Lookup, Question
from feedback.model import Record, Target
from feedback.request import FeedbackRequest
from submit.store import FeedbackStore
from feedback.waiting import Clock, find, not_found
from shared.caller import Caller
from shared.catalog import Catalog
from shared.dynamodb import Item
from shared.retry import TimeLeft, persist
from shared.uuids import Uuid


class Receipt(NamedTuple):
    """What a caller is told of feedback that is stored."""

    feedback_id: Uuid
    repeated: bool = False
    """Whether it was stored by an earlier request of the same idempotency key."""


@dataclass(frozen=True, slots=True)
class Service:
    """Takes feedback, under one configuration."""

    catalog: Catalog
    lookup: Lookup
    store: FeedbackStore
    key_days: int
    """How many days an idempotency key is remembered."""
    clock: Clock

    def submit(
        self, request: FeedbackRequest, key: str | None, caller: Caller, time_left: TimeLeft
    ) -> Receipt:
        """Store what is asked for, unless it is a dry run, and give the feedback's id.

        With an idempotency key it is stored once: a repeat is given the first one's id. The
        rules apply in TensorZero's order, but what needs no look-up is refused before the target
        is waited for. Raises a Refusal; then nothing is stored, but StorageUnavailable may mean
        that nobody knows.
        """
        now = self.clock.now()
        drafted = draft(request, caller, self.catalog, now)
        claimed_by_key = None
        if key is not None and not request.dryrun:
            until = int(now) + self.key_days * DAY
            claimed_by_key = claiming.of_key(key, request, caller, drafted.id, until)
        record, earlier = self._look(drafted, claimed_by_key, int(now), time_left)
        if claimed_by_key and earlier:
            return Receipt(claimed_by_key.settle(earlier), repeated=True)
        rows = complete(drafted, record, self.catalog)
        if request.dryrun:
            return Receipt(drafted.id)
        taken = [claimed_by_key] if claimed_by_key else []
        if caller.grant is not None and caller.grant.once:
            taken.append(claiming.of_vote(caller, drafted.target, drafted.metric, drafted.id))
        first = persist(
            lambda: self.store.write(rows, taken, int(now)), time_left, self.clock.sleep
        )
        return Receipt(first, repeated=True) if first else Receipt(drafted.id)

    def _look(
        self, drafted: Draft, claim: Claim | None, now: int, time_left: TimeLeft
    ) -> tuple[Record, Item | None]:
        """Give the target's record, and what has taken the claim already; in one round trip.

        Waits for the target, unless it need not exist. Raises TargetNotFound.
        """
        if drafted.wait is None:
            return Record(), None
        target, reads, earlier = drafted.target, drafted.reads, None

        def look(_targets: list[Target]) -> Mapping[Target, Record]:
            nonlocal earlier
            if claim is None:
                record = persist(
                    lambda: self.lookup.get(target, reads), time_left, self.clock.sleep
                )
                return {target: record} if record else {}
            question = Question({target: reads}, [claim.key])
            persist(lambda: self.lookup.read(question), time_left, self.clock.sleep)
            earlier = question.claim(claim.key, now)
            return {target: Record()} if earlier else question.records

        found = find(look, {target: drafted.wait}, self.clock)
        if target not in found:
            raise not_found(target)
        return found[target], earlier
