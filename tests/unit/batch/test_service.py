"""What a batch's elements share, and that none of them suffers for another.

That each is answered and stored as if it were alone: see test_alike.py.
"""

from collections.abc import Sequence

import pytest

from batch.writes import BatchRefused, Outcomes, Write
from feedback.kinds.value import InvalidValue
from feedback.lookup import BatchRead
from feedback.model import Accepted, Level, Record, Target
from feedback.reservations import IdempotencyKeyReused
from feedback.rules import FeedbackDisabled
from feedback.waiting import TargetNotFound
from shared.catalog import Catalog
from shared.clock import Seconds, TimeLeft
from shared.dynamodb import StorageUnavailable
from shared.fields import InvalidField
from tests.unit.batch.cases import LABEL, ON_EPISODE
from tests.unit.batch.stack import (
    INFERENCE,
    MISSING,
    NOW,
    RECORDS,
    Stack,
    element,
    feedback_id,
    kinds,
)
from tests.unit.fakes import DictLookup, Failures, ListWriter, catalog, uuid7

COMMENT = {"metric_name": "comment", "value": "text"}
UNVALIDATED = catalog(target_validation=False)


def test_a_target_is_looked_up_once_for_all_that_is_said_of_it() -> None:
    """All of them at once, with the parts that each needs: a label, for one, the output."""
    stack = Stack()

    outcomes = stack.submit(
        element(**LABEL),
        element(),
        element(metric_name="distance", value=0.5),
        element(**COMMENT, dryrun=True),
        element(metric_name="rating", value=1, **ON_EPISODE),
    )

    assert kinds(outcomes) == [Accepted] * 5
    assert stack.lookup.looks == [*RECORDS][:1] + [*RECORDS][2:]
    assert len(stack.lookup.keys) == 1


def test_missing_targets_are_waited_for_together_and_each_as_long_as_alone() -> None:
    """What is there, or appears in time, is stored all the same, in its place."""
    stack = Stack()
    late, never = (Target(Level.INFERENCE, uuid7(NOW, rest)) for rest in (5, 6))
    stack.time.meanwhile[NOW + 2] = lambda: stack.lookup.records.update({late: Record()})

    outcomes = stack.submit(
        *(element(inference_id=id_) for id_ in (MISSING, INFERENCE, late.id, never.id))
    )

    assert kinds(outcomes) == [TargetNotFound, Accepted, Accepted, TargetNotFound]
    assert stack.stored == [feedback_id(outcomes[1]), feedback_id(outcomes[2])]
    assert stack.time.now() - NOW == pytest.approx(6)
    looks = {one: stack.lookup.looks.count(one) for one in stack.lookup.looks}
    assert looks[Target(Level.INFERENCE, INFERENCE)] == 1
    assert looks[Target(Level.INFERENCE, MISSING)] < looks[late] < looks[never] < 20


def test_nobody_waits_for_a_target_that_no_open_element_needs() -> None:
    """A repeat is answered by what is stored; a comment needs no target without validation."""
    stack = Stack(UNVALIDATED)
    first = stack.single(element("k"))
    demonstration = {"metric_name": "demonstration", "inference_id": MISSING}

    outcomes = stack.submit(
        element("k"), element("k", **demonstration), element(**COMMENT, inference_id=MISSING)
    )

    assert kinds(outcomes) == [Accepted, IdempotencyKeyReused, Accepted]
    assert feedback_id(outcomes[0]) == feedback_id(first)
    assert stack.time.slept == []


def test_without_a_look_up_nobody_knows_whether_a_refused_element_is_stored() -> None:
    """A rule refuses it now, but the configuration may have changed: it is to be sent again."""
    stack = Stack(catalog(observability=False), DictLookup(failures=Failures(99)))

    outcomes = stack.submit(element("k"), element(), element("k", dryrun=True), left=1)

    assert kinds(outcomes) == [StorageUnavailable, FeedbackDisabled, FeedbackDisabled]


def test_a_repeat_that_waits_is_answered_when_the_first_is_stored() -> None:
    """They were sent at the same time; its target is not waited for any longer."""
    stack = Stack()
    first = stack.single(element("k"))
    waiting = Stack(lookup=DictLookup())
    reserved = dict(stack.store.reserved)
    waiting.time.meanwhile[NOW + 0.2] = lambda: waiting.lookup.reserved.update(reserved)

    [repeat] = waiting.submit(element("k"))

    assert feedback_id(repeat) == feedback_id(first)
    assert waiting.time.now() - NOW < 1


def test_a_key_is_looked_up_only_as_long_as_its_element_waits() -> None:
    """The write finds out in any case whether it is held."""
    stack = Stack()

    stack.submit(element("k"), element("l", inference_id=MISSING), element())

    assert stack.lookup.keys[0] == 2
    assert {*stack.lookup.keys[1:]} == {1}


class LateWriter(ListWriter):
    """Comes too late: another request holds every key."""

    def write(self, writes: Sequence[Write], _now: Seconds, _time_left: TimeLeft) -> Outcomes:
        """Store nothing."""
        return {one.id: IdempotencyKeyReused("held") for one in writes}


def test_an_element_whose_key_was_reserved_meanwhile_decides_about_its_repeats_only() -> None:
    """An element that says something else may be the very request that holds the key."""
    outcomes = Stack(writer=LateWriter()).submit(
        element("k"), element("k", value=False), element("k")
    )

    assert kinds(outcomes) == [IdempotencyKeyReused, StorageUnavailable, IdempotencyKeyReused]


class CommentsLastWriter(ListWriter):
    """Stores no comments, and the rest from the last to the first."""

    def write(self, writes: Sequence[Write], now: Seconds, time_left: TimeLeft) -> Outcomes:
        """Store the others."""
        good = [one for one in reversed(writes) if one.rows[0].table != "comment"]
        refused: Outcomes = {one.id: StorageUnavailable() for one in writes}
        return refused | super().write(good, now, time_left)


def test_what_could_not_be_written_is_reported_of_that_element_and_its_repeats() -> None:
    """Of no other."""
    stack = Stack(writer=CommentsLastWriter())

    outcomes = stack.submit(
        element(), element("k", **COMMENT), element("l"), element("k", **COMMENT), element("l")
    )

    down = StorageUnavailable
    assert kinds(outcomes) == [Accepted, down, Accepted, down, Accepted]
    assert stack.stored == [feedback_id(outcomes[2]), feedback_id(outcomes[0])]
    assert feedback_id(outcomes[4]) == feedback_id(outcomes[2])


def test_a_look_up_that_dynamodb_is_too_busy_for_is_made_again() -> None:
    """As long as there is time."""
    stack = Stack(lookup=DictLookup(dict(RECORDS), failures=Failures(2)))

    stack.submit(element(), element("k"))

    assert len(stack.store.rows) == 2
    assert len(stack.time.slept) == 2


@pytest.mark.parametrize("atomic", [False, True])
def test_without_any_look_up_what_is_open_is_unavailable(atomic: bool) -> None:
    """What was refused at once stays refused, and nothing is stored."""
    stack = Stack(lookup=DictLookup(failures=Failures(99)))

    outcomes = stack.submit(
        element(), element(value=1), element("k"), element("k"), atomic=atomic, left=1
    )

    down = StorageUnavailable
    assert kinds(outcomes) == [down, InvalidValue, down, down]
    assert stack.store.rows == []


def test_what_needs_no_target_is_stored_without_any_look_up() -> None:
    """As it would be alone; the write finds out whether its key is held."""
    stack = Stack(UNVALIDATED)
    first = stack.single(element("k"))
    stack.lookup.failures = Failures(99)

    outcomes = stack.submit(
        element(),
        element("k"),
        element("k", value=False),
        element(metric_name="demonstration", value="text"),
        left=1,
    )

    assert kinds(outcomes) == [Accepted, Accepted, IdempotencyKeyReused, StorageUnavailable]
    assert feedback_id(outcomes[1]) == feedback_id(first)


@pytest.mark.parametrize("known", [catalog(), UNVALIDATED], ids=["validated", "unvalidated"])
@pytest.mark.parametrize("atomic", [False, True])
def test_what_was_found_before_an_outage_is_stored_unless_it_is_atomic(
    known: Catalog, atomic: bool
) -> None:
    """Alone, it would not have had to look again; an atomic batch is to be sent again whole."""
    stack = Stack(known)
    stack.time.meanwhile[NOW + 0.01] = lambda: setattr(stack.lookup, "failures", Failures(99))
    waiting = element(metric_name="demonstration", value="text", inference_id=MISSING)

    outcomes = stack.submit(element(), element("k"), waiting, atomic=atomic, left=1)

    down = StorageUnavailable
    assert kinds(outcomes) == ([down] * 3 if atomic else [Accepted, Accepted, down])
    assert len(stack.stored) == (0 if atomic else 2)


class CutLookup(DictLookup):
    """Finds what there is, and fails before it has looked for the rest."""

    def read(self, batch: BatchRead) -> None:
        """Look them up in part."""
        super().read(batch)
        raise StorageUnavailable


def test_what_a_failed_look_up_has_found_is_stored() -> None:
    """Some of its calls were answered."""
    stack = Stack(lookup=CutLookup(dict(RECORDS)))

    outcomes = stack.submit(element(), element("k"), element(inference_id=MISSING))

    assert kinds(outcomes) == [Accepted, Accepted, StorageUnavailable]


def test_an_atomic_batch_is_written_as_such() -> None:
    """All its elements at once; with a refused one among them, nothing is written."""
    stack = Stack()

    outcomes = stack.submit(element(), element("k", **COMMENT), element(**LABEL), atomic=True)
    stack.submit(element())
    refused = stack.submit(element(), 5, atomic=True)

    assert stack.stored[:3] == [feedback_id(outcome) for outcome in outcomes]
    assert kinds(refused) == [BatchRefused, InvalidField]
    assert stack.writer.atomic == [True, False]
