"""The use case of a batch: what its elements share, and what none of them suffers for another."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from batch.request import BatchTooLarge
from batch.writer import BatchRefused
from batch.writes import Outcome, Outcomes, Write
from feedback.demonstration.invalid import InvalidDemonstration
from feedback.kinds.value import InvalidValue
from feedback.lookup import BatchRead
from feedback.model import Accepted, Level, Record, Target
from feedback.reservations import IdempotencyKeyReused
from feedback.rules import FeedbackDisabled
from feedback.waiting import TargetNotFound
from shared.caller import Caller
from shared.clock import TimeLeft
from shared.dynamodb import StorageUnavailable
from shared.fields import InvalidField
from shared.refusal import Refusal
from shared.uuids import Uuid
from tests.unit.batch.cases import LABEL, ON_EPISODE
from tests.unit.batch.stack import INFERENCE, NOBODY, NOW, RECORDS, SILENT, Stack, element
from tests.unit.fakes import DictLookup, ListWriter, catalog, uuid7

COMMENT = {"metric_name": "comment", "value": "text"}


def _id(outcome: Outcome) -> Uuid:
    assert isinstance(outcome, Accepted)
    return outcome.feedback_id


def _kinds(outcomes: list[Outcome]) -> list[type[Outcome]]:
    return [type(outcome) for outcome in outcomes]


def test_the_answers_are_in_the_order_of_the_elements() -> None:
    """The stored ones between the refused."""
    stack = Stack()

    outcomes = stack.submit(
        element(value=1),
        element(**COMMENT),
        element(inference_id=NOBODY),
        element(),
        5,
        element(dryrun=True),
    )

    assert _kinds(outcomes[:4]) == [InvalidValue, Accepted, TargetNotFound, Accepted]
    assert _kinds(outcomes[4:]) == [InvalidField, Accepted]
    assert [row.table for row in stack.store.rows] == ["comment", "boolean"]
    assert stack.stored == [_id(outcomes[1]), _id(outcomes[3])]
    assert _id(outcomes[5]) not in stack.stored


def test_an_empty_batch_is_answered_by_an_empty_list() -> None:
    """It takes no time."""
    stack = Stack()

    assert stack.submit() == stack.submit(atomic=True) == []
    assert stack.lookup.looks == []
    assert stack.time.slept == []


def test_a_target_is_looked_at_once_for_all_its_metrics() -> None:
    """Of all targets, all at once."""
    stack = Stack()

    stack.submit(
        element(),
        element(metric_name="distance", value=0.5),
        element(**COMMENT, dryrun=True),
        element(metric_name="rating", value=1, **ON_EPISODE),
        element(**{**COMMENT, **ON_EPISODE}),
    )

    assert stack.lookup.looks == list(RECORDS)[:1] + list(RECORDS)[2:]
    assert len(stack.store.rows) == 4


def test_missing_targets_are_waited_for_together_and_each_as_long_as_alone() -> None:
    """What is there is stored all the same."""
    stack = Stack()
    fresh = uuid7(NOW, 5)

    outcomes = stack.submit(element(inference_id=NOBODY), element(), element(inference_id=fresh))

    assert _kinds(outcomes) == [TargetNotFound, Accepted, TargetNotFound]
    assert stack.time.now() - NOW == pytest.approx(6)
    looks = stack.lookup.looks
    assert looks.count(Target(Level.INFERENCE, INFERENCE)) == 1
    assert looks.count(Target(Level.INFERENCE, NOBODY)) < 7
    assert looks.count(Target(Level.INFERENCE, fresh)) < 20


def test_a_target_that_appears_in_time_is_accepted() -> None:
    """And ends the wait."""
    stack = Stack()
    fresh = Target(Level.INFERENCE, uuid7(NOW, 5))
    stack.time.meanwhile[NOW + 2] = lambda: stack.lookup.records.update({fresh: Record()})

    outcomes = stack.submit(element(inference_id=fresh.id), element())

    assert stack.stored == [_id(outcome) for outcome in outcomes]
    assert 2 <= stack.time.now() - NOW <= 2.4


def test_nobody_waits_for_the_target_of_a_repeat() -> None:
    """It was answered before, whatever has become of its target."""
    stack = Stack()
    first = stack.single(element("k"))
    del stack.lookup.records[Target(Level.INFERENCE, INFERENCE)]

    outcomes = stack.submit(element("k"), element(metric_name="rating", value=1, **ON_EPISODE))

    assert _id(outcomes[0]) == _id(first)
    assert _kinds(outcomes) == [Accepted, Accepted]
    assert stack.time.slept == []


def test_nobody_waits_for_what_is_not_needed() -> None:
    """Neither a refused demonstration nor a comment, which needs no target, asks for it."""
    stack = Stack(catalog(target_validation=False))
    stack.single(element("k"))
    demonstration = element("k", metric_name="demonstration", inference_id=NOBODY)

    outcomes = stack.submit(demonstration, element(**COMMENT, inference_id=NOBODY))

    assert _kinds(outcomes) == [IdempotencyKeyReused, Accepted]
    assert stack.time.slept == []


def test_a_repeat_that_waits_is_answered_by_its_twin_and_its_target_no_more_waited_for() -> None:
    """The other one came in time."""
    stack = Stack()
    first = stack.single(element("k"))
    waiting = Stack(lookup=DictLookup())
    claimed = dict(stack.store.claimed)
    waiting.time.meanwhile[NOW + 0.2] = lambda: waiting.lookup.claimed.update(claimed)

    [repeat] = waiting.submit(element("k"))

    assert _id(repeat) == _id(first)
    assert waiting.time.now() - NOW < 1


@dataclass
class KeyLookup(DictLookup):
    """Notes how many keys each look was for."""

    keys: list[int] = field(default_factory=list)

    def read(self, question: BatchRead) -> None:
        """Look for all at once."""
        self.keys.append(len(question.keys))
        super().read(question)


def test_a_key_is_looked_for_only_as_long_as_its_element_waits() -> None:
    """The write would find it taken in any case."""
    lookup = KeyLookup(dict(RECORDS))

    Stack(lookup=lookup).submit(element("k"), element("l", inference_id=NOBODY), element())

    assert lookup.keys[0] == 2
    assert {*lookup.keys[1:]} == {1}


FUNCTIONS = {"functions": {"chat": {"type": "chat", "tools": []}}, "tools": {}}


def test_demonstrations_and_labels_are_stored_beside_metrics(tmp_path: Path) -> None:
    """One look gives what each of them needs of the inference; a label is two rows of one id."""
    (tmp_path / "functions.json").write_text(json.dumps(FUNCTIONS))
    stack = Stack(catalog(folder=tmp_path))

    outcomes = stack.submit(
        element(metric_name="demonstration", value="Hello."),
        element(metric_name="demonstration", value=5),
        element(**LABEL),
        element(),
    )

    assert _kinds(outcomes) == [Accepted, InvalidDemonstration, Accepted, Accepted]
    assert [row.table for row in stack.store.rows] == [
        "demonstration",
        "boolean",
        "evaluation_human_feedback",
        "boolean",
    ]
    assert stack.store.rows[2].item["feedback_id"] == {"S": _id(outcomes[2])}
    assert stack.lookup.looks == [Target(Level.INFERENCE, INFERENCE)]


def test_without_observability_every_element_is_refused() -> None:
    """And nothing is looked up."""
    stack = Stack(catalog(observability=False))

    outcomes = stack.submit(element(), element("k", dryrun=True))

    assert _kinds(outcomes) == [FeedbackDisabled, FeedbackDisabled]
    assert stack.lookup.looks == []


def test_without_target_validation_no_target_is_looked_for() -> None:
    """But keys are."""
    stack = Stack(catalog(target_validation=False), lookup=DictLookup())
    first = stack.single(element("k"))

    outcomes = stack.submit(element("k"), element(inference_id=NOBODY), element("other"))

    assert _id(outcomes[0]) == _id(first)
    assert len(stack.store.rows) == 3
    assert stack.lookup.looks == []


def test_the_caller_is_stored_with_every_element_and_has_keys_of_its_own() -> None:
    """As with a single request, whose keys are the same."""
    stack = Stack()
    ada, bob = (Caller(("api_key", name), {"by": name}) for name in ("ada", "bob"))
    first = stack.single(element("k"), ada)

    [repeat, _] = stack.submit(element("k"), element(), caller=ada)
    [other] = stack.submit(element("k"), caller=bob)

    assert _id(repeat) == _id(first) != _id(other)
    assert [row.item["tags"]["M"]["by"]["S"] for row in stack.store.rows] == ["ada", "ada", "bob"]
    assert stack.single(element("k"), bob) == Accepted(_id(other), repeated=True)


def test_twins_are_one_feedback() -> None:
    """The same key with the same request: one row, whose id both are told; a dry run is none."""
    stack = Stack()

    outcomes = stack.submit(
        element("k"), element("k"), element("k", dryrun=True), element("k"), element()
    )

    ids = [_id(outcome) for outcome in outcomes]
    assert ids[0] == ids[1] == ids[3]
    assert stack.stored == [ids[0], ids[4]]


@pytest.mark.parametrize(
    "change", [{"value": False}, {"tags": {"a": "b"}}, {"inference_id": NOBODY}]
)
def test_a_key_that_comes_with_another_request_in_the_same_batch_is_refused(
    change: dict[str, Any],
) -> None:
    """The first has it."""
    stack = Stack()

    outcomes = stack.submit(element("k"), element("k", **change), element("k"))

    assert _kinds(outcomes) == [Accepted, IdempotencyKeyReused, Accepted]
    assert len(stack.store.rows) == 1


@pytest.mark.parametrize(
    "first",
    [
        element("k", value=1),
        element("k", dryrun=True),
        element("k", inference_id=NOBODY),
        element("k", **LABEL, inference_id=SILENT),
    ],
)
def test_what_is_not_stored_leaves_its_key_to_the_next(first: dict[str, Any]) -> None:
    """Be it refused at once or later."""
    stack = Stack()

    _, second, third = stack.submit(first, element("k"), element("k", value=False))

    assert _kinds([second, third]) == [Accepted, IdempotencyKeyReused]
    assert stack.stored == [_id(second)]


@pytest.mark.parametrize("atomic", [False, True])
def test_a_repeat_of_an_earlier_request_is_one_though_another_stands_before_it(
    atomic: bool,
) -> None:
    """The earlier one has the key, and neither of these two."""
    stack = Stack()
    stored = stack.single(element("k"))

    other, repeat = stack.submit(element("k", value=False), element("k"), atomic=atomic)

    assert _kinds([other, repeat]) == [IdempotencyKeyReused, Accepted]
    assert _id(repeat) == _id(stored)


def test_an_atomic_batch_holds_no_two_requests_of_one_key() -> None:
    """They cannot both be stored; twins are one."""
    stack = Stack()

    two = stack.submit(element("k"), element("k", value=False), element(), atomic=True)
    twins = stack.submit(element("k"), element("k"), atomic=True)

    assert _kinds(two) == [BatchRefused, IdempotencyKeyReused, BatchRefused]
    assert _id(twins[0]) == _id(twins[1])
    assert stack.stored == [_id(twins[0])]


class LateWriter(ListWriter):
    """Comes too late: another request has taken every key."""

    def write(self, writings: Sequence[Write], _now: int, _time_left: TimeLeft) -> Outcomes:
        """Store nothing."""
        return {one.id: IdempotencyKeyReused("taken") for one in writings}


def test_whose_key_was_taken_meanwhile_is_for_the_next_call_to_find_out() -> None:
    """It may be the very request that stands second here."""
    outcomes = Stack(writer=LateWriter()).submit(
        element("k"), element("k", value=False), element("k")
    )

    assert _kinds(outcomes) == [IdempotencyKeyReused, StorageUnavailable, IdempotencyKeyReused]


def test_twins_of_what_is_refused_are_refused_alike() -> None:
    """At once or later; the key is still free then."""
    stack = Stack()

    wrong = stack.submit(element("k", value=1), element("k", value=1))
    missing = stack.submit(element("k", inference_id=NOBODY), element("k", inference_id=NOBODY))

    assert _kinds(wrong + missing) == [InvalidValue] * 2 + [TargetNotFound] * 2
    assert isinstance(stack.single(element("k")), Accepted)


class BusyLookup(DictLookup):
    """Too busy for so many looks."""

    busy = 2

    def read(self, question: BatchRead) -> None:
        """Look for all at once, if there is time."""
        self.busy -= 1
        if self.busy >= 0:
            raise StorageUnavailable(congested=True)
        super().read(question)


def test_a_look_that_dynamodb_is_too_busy_for_is_taken_again() -> None:
    """As long as there is time."""
    stack = Stack(lookup=BusyLookup(dict(RECORDS)))

    stack.submit(element(), element("k"))

    assert len(stack.store.rows) == 2
    assert len(stack.time.slept) == 2


@pytest.mark.parametrize("atomic", [False, True])
def test_if_nothing_can_be_looked_up_what_is_open_is_unavailable(atomic: bool) -> None:
    """What was refused at once stays refused, and nothing is stored."""
    stack = Stack(lookup=BusyLookup())

    outcomes = stack.submit(
        element(), element(value=1), element("k"), element("k"), atomic=atomic, left=1
    )

    assert _kinds(outcomes) == [StorageUnavailable, InvalidValue, *[StorageUnavailable] * 2]
    assert stack.store.rows == []


def test_what_needs_no_target_is_stored_though_nothing_can_be_looked_up() -> None:
    """As it would be alone; a key that is taken is found by the write."""
    stack = Stack(catalog=catalog(target_validation=False))
    first = stack.single(element("k"))
    stack.lookup = BusyLookup(dict(RECORDS), claimed=stack.store.claimed)

    outcomes = stack.submit(
        element(),
        element("k"),
        element("k", value=False),
        element(metric_name="demonstration", value="text"),
        left=1,
    )

    assert _kinds(outcomes) == [Accepted, Accepted, IdempotencyKeyReused, StorageUnavailable]
    assert _id(outcomes[1]) == _id(first)


class FailingLookup(DictLookup):
    """Answers once."""

    def read(self, question: BatchRead) -> None:
        """Look for all at once, the first time."""
        if self.looks:
            raise StorageUnavailable
        super().read(question)


def test_what_was_found_before_an_outage_is_stored() -> None:
    """Alone, neither would have had to look again; what is still waited for may come yet."""
    stack = Stack(lookup=FailingLookup(dict(RECORDS)))

    outcomes = stack.submit(element(), element("k"), element(inference_id=NOBODY))

    assert _kinds(outcomes) == [Accepted, Accepted, StorageUnavailable]
    assert stack.stored == [_id(outcome) for outcome in outcomes[:2]]


@pytest.mark.parametrize("target_validation", [True, False])
def test_an_atomic_batch_is_as_unavailable_as_any_of_it(target_validation: bool) -> None:
    """All of it is to come again: nothing is wrong with any element."""
    stack = Stack(catalog(target_validation=target_validation), FailingLookup(dict(RECORDS)))
    waiting = element(metric_name="demonstration", value="text", inference_id=NOBODY)

    outcomes = stack.submit(element(), element("k"), waiting, atomic=True)

    assert _kinds(outcomes) == [StorageUnavailable] * 3
    assert stack.stored == []


class PickyWriter(ListWriter):
    """Stores no comments."""

    def write(self, writings: Sequence[Write], now: int, time_left: TimeLeft) -> Outcomes:
        """Store the others, from the last to the first."""
        good = [one for one in reversed(writings) if one.rows[0].table != "comment"]
        refused: dict[Uuid, Outcome] = {one.id: StorageUnavailable() for one in writings}
        return refused | super().write(good, now, time_left)


def test_what_could_not_be_written_is_told_of_just_that_element() -> None:
    """And of its twins."""
    stack = Stack(writer=PickyWriter())

    outcomes = stack.submit(
        element(), element("k", **COMMENT), element("l"), element("k", **COMMENT), element("l")
    )

    down = StorageUnavailable
    assert _kinds(outcomes) == [Accepted, down, Accepted, down, Accepted]
    assert stack.stored == [_id(outcomes[2]), _id(outcomes[0])]
    assert _id(outcomes[4]) == _id(outcomes[2])


def test_an_atomic_batch_is_written_as_such() -> None:
    """All its elements at once."""
    stack = Stack()

    outcomes = stack.submit(element(), element("k", **COMMENT), element(**LABEL), atomic=True)
    stack.submit(element())

    assert stack.stored[:3] == [_id(outcome) for outcome in outcomes]
    assert stack.writer.atomic == [True, False]


def test_of_an_atomic_batch_with_a_refused_element_nothing_is_stored() -> None:
    """What would have been is told so; dry runs and repeats, which store nothing, are not."""
    stack = Stack()
    first = stack.single(element("k"))

    outcomes = stack.submit(
        element(), element("k"), element(dryrun=True), element("l"), element("l"), 5, atomic=True
    )

    assert _kinds(outcomes[:3]) == [BatchRefused, Accepted, Accepted]
    assert _kinds(outcomes[3:]) == [BatchRefused, BatchRefused, InvalidField]
    assert str(outcomes[0]) == "Not stored: another element was refused"
    assert _id(outcomes[1]) == _id(first)
    assert stack.stored == [_id(first)]
    assert stack.writer.atomic == []


@pytest.mark.parametrize(
    "bad",
    [[element(inference_id=NOBODY)], [element("k"), element("k", value=False)]],
)
def test_an_atomic_batch_is_refused_by_whatever_a_look_finds_as_well(
    bad: list[dict[str, Any]],
) -> None:
    """A missing target, or a key with two requests."""
    stack = Stack()

    outcomes = stack.submit(element(), *bad, atomic=True)

    assert _kinds(outcomes)[0] is BatchRefused
    assert stack.store.rows == []


def test_an_atomic_batch_of_too_many_writes_is_refused_as_a_whole() -> None:
    """The writer knows."""

    class Full(ListWriter):
        def write_atomically(self, *_: object) -> Outcomes:
            raise BatchTooLarge

    with pytest.raises(Refusal) as caught:
        Stack(writer=Full()).submit(element(), atomic=True)

    assert caught.type is BatchTooLarge
