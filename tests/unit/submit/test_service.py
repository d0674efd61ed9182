"""The use case: what is looked up, waited for, stored and answered; its rules are feedback's."""

import math
from dataclasses import dataclass, field
from typing import Any

import pytest

from feedback.demonstration.json_schema.validation import Validation
from feedback.kinds.value import InvalidValue
from feedback.model import Accepted, Level, Record, Target
from feedback.request import FeedbackRequest
from feedback.reservations import AlreadyVoted, IdempotencyKeyReused
from feedback.rules import FeedbackDisabled
from feedback.waiting import TargetNotFound
from shared import uuids
from shared.caller import ANYBODY, Caller, Grant
from shared.clock import DAY, Seconds
from shared.items import ItemTooLarge
from shared.refusal import Refusal
from submit.service import Service
from tests.unit.fakes import DictLookup, Failures, ListStore, ManualTime, catalog, uuid7

NOW = 1_790_000_000.0
INFERENCE, EPISODE, MISSING = (uuid7(NOW - 60, rest) for rest in (1, 2, 3))
RECORDS = {
    Target(Level.INFERENCE, INFERENCE): Record(function_name="f"),
    Target(Level.EPISODE, EPISODE): Record(),
}
COMMENT = {"metric_name": "comment", "value": "text"}
GRANT = Grant(frozenset({INFERENCE}), frozenset({"liked", "comment"}), once=True)
ADA = Caller(("token", "ada"), {"tensorzero::token_author": "ada"}, GRANT)


@dataclass
class Stack:
    """A service, and what it stands on."""

    switches: dict[str, Any] = field(default_factory=dict)
    wait_limit: Seconds = math.inf
    store: ListStore = field(default_factory=ListStore)
    time: ManualTime = field(default_factory=lambda: ManualTime(NOW))
    lookup: DictLookup = field(default_factory=lambda: DictLookup(dict(RECORDS)))

    def submit(
        self, key: str | None = None, caller: Caller = ANYBODY, left: float = 28, **changes: Any
    ) -> Accepted:
        """Ask the service, with a good request that these fields change."""
        known = catalog(**self.switches)
        service = Service(
            known,
            self.lookup,
            self.store,
            7 * DAY,
            self.wait_limit,
            self.time.clock(),
            Validation(512),
        )
        good: dict[str, Any] = {"metric_name": "liked", "value": True, "inference_id": INFERENCE}
        request = FeedbackRequest(**{**good, **changes})
        end = self.time.now() + left
        return service.submit(request, key, caller, lambda: end - self.time.now())


@pytest.mark.parametrize("dryrun", [False, None, True])
def test_feedback_is_stored_unless_it_is_a_dry_run(dryrun: bool | None) -> None:
    """Either is checked, and gets an id; its target is looked up once."""
    stack = Stack()

    accepted = stack.submit(dryrun=dryrun)

    assert accepted == Accepted(accepted.feedback_id, replayed=False)
    assert uuids.milliseconds(accepted.feedback_id)
    assert [row.item["id"]["S"] for row in stack.store.rows] == (
        [] if dryrun else [accepted.feedback_id]
    )
    assert stack.lookup.looks == [Target(Level.INFERENCE, INFERENCE)]


@pytest.mark.parametrize("key", [None, "k"])
@pytest.mark.parametrize("dryrun", [False, True])
@pytest.mark.parametrize(
    ("refusal", "change", "seconds"),
    [
        (InvalidValue, {"value": 1, "inference_id": MISSING}, 0),
        (TargetNotFound, {"inference_id": MISSING}, 1),
        (TargetNotFound, {"inference_id": uuid7(NOW - 2)}, 4),
        (TargetNotFound, {**COMMENT, "inference_id": EPISODE}, 0),
        (ItemTooLarge, {**COMMENT, "value": "x" * 400 * 1024}, 0),
    ],
    ids=["value", "target", "fresh target", "other level", "size"],
)
def test_a_refusal_stores_nothing_and_waits_only_for_a_target(
    refusal: type[Refusal], change: dict[str, Any], seconds: float, dryrun: bool, key: str | None
) -> None:
    """What needs no look-up is refused first, at once."""
    stack = Stack()

    with pytest.raises(refusal):
        stack.submit(key, **change, dryrun=dryrun)

    assert stack.store.rows == []
    assert stack.time.now() - NOW == pytest.approx(seconds)
    assert (stack.lookup.looks == []) == (refusal is InvalidValue)


def test_a_target_that_appears_in_time_is_accepted() -> None:
    """The request waits for it."""
    stack = Stack()
    fresh = Target(Level.INFERENCE, uuid7(NOW - 0.1))
    stack.time.meanwhile[NOW + 2] = lambda: stack.lookup.records.update({fresh: Record()})

    stack.submit(inference_id=fresh.id)

    assert len(stack.store.rows) == 1
    assert 2 <= stack.time.now() - NOW <= 2.4


@pytest.mark.parametrize("key", [None, "k"])
def test_the_wait_for_a_target_can_be_limited(key: str | None) -> None:
    """The refusal says when to try again what TensorZero would have waited for."""
    stack = Stack(wait_limit=1.5)
    for target, seconds, retry_after in ((MISSING, 1, None), (uuid7(NOW), 1.5, 1)):
        stack.time.moment = NOW
        with pytest.raises(TargetNotFound) as caught:
            stack.submit(key, inference_id=target)

        assert stack.time.now() - NOW == pytest.approx(seconds)
        assert caught.value.retry_after == retry_after


@pytest.mark.parametrize("key", [None, "k"])
def test_without_target_validation_nothing_is_looked_up(key: str | None) -> None:
    """The write finds out whether the key is held."""
    stack = Stack({"target_validation": False})

    first = stack.submit(key, inference_id=MISSING)
    second = stack.submit(key, inference_id=MISSING)

    assert second.replayed == (key is not None)
    assert (first.feedback_id == second.feedback_id) == (key is not None)
    assert (stack.lookup.looks, stack.time.slept) == ([], [])


def test_a_repeat_is_answered_by_the_first_one_without_its_target() -> None:
    """What was looked up with it answers; the target may be gone, or of the other level."""
    stack = Stack()
    first = stack.submit("k")
    again = Stack(lookup=DictLookup(reserved=stack.store.reserved))
    other = Target(Level.EPISODE, INFERENCE)

    assert first.replayed is False
    assert again.submit("k") == Accepted(first.feedback_id, replayed=True)
    with pytest.raises(IdempotencyKeyReused):
        again.submit("k", value=False)
    again.lookup.records[other] = Record()
    assert again.submit("k").replayed is True
    assert (again.store.rows, again.time.slept) == ([], [])


def test_a_repeat_is_answered_though_a_rule_refuses_it_now() -> None:
    """The configuration has changed; another request, or a dry run, is refused by the rule."""
    stack = Stack()
    first = stack.submit("k")
    stack.lookup.reserved = stack.store.reserved
    stack.switches["observability"] = False

    assert stack.submit("k") == Accepted(first.feedback_id, replayed=True)
    others: list[dict[str, Any]] = [
        {"key": "k", "value": False},
        {"key": "k", "dryrun": True},
        {"key": "l"},
        {},
    ]
    for other in others:
        with pytest.raises(FeedbackDisabled):
            stack.submit(**other)


def test_a_repeat_that_waits_for_its_target_is_answered_when_the_first_is_stored() -> None:
    """They were sent at the same time."""
    stack = Stack()
    first = stack.submit("k")
    waiting = Stack(lookup=DictLookup())
    waiting.time.meanwhile[NOW + 0.2] = lambda: waiting.lookup.reserved.update(stack.store.reserved)

    assert waiting.submit("k") == Accepted(first.feedback_id, replayed=True)


def test_an_expired_key_is_a_new_one() -> None:
    """After seven days, though DynamoDB has not deleted it yet."""
    stack = Stack()
    stack.submit("k")
    stack.lookup.reserved = stack.store.reserved
    stack.time.moment += 7 * DAY

    assert stack.submit("k").replayed is False
    assert len(stack.store.rows) == 2


def test_a_key_is_reserved_only_by_what_is_stored() -> None:
    """A refused request may be corrected and sent with the same key; a dry run reserves none."""
    stack = Stack()
    with pytest.raises(InvalidValue):
        stack.submit("k", value=1)
    stack.submit("k", value=False, dryrun=True)

    assert stack.submit("k").replayed is False
    assert len(stack.store.rows) == 1


@pytest.mark.parametrize("key", [None, "k"])
def test_what_dynamodb_is_too_busy_for_is_tried_again(key: str | None) -> None:
    """The look-up and the write, for as long as there is time."""
    stack = Stack(
        store=ListStore(failures=Failures(2)),
        lookup=DictLookup(dict(RECORDS), failures=Failures(2)),
    )

    stack.submit(key)

    assert len(stack.store.rows) == 1
    assert len(stack.time.slept) == 4


def test_a_token_that_allows_one_vote_allows_one_on_each_metric() -> None:
    """A second is refused, whatever it says; a repeat by its key is not one, nor is it for many."""
    stack, many = Stack(), ADA._replace(grant=GRANT._replace(once=False))
    first = stack.submit("k", ADA)
    stack.submit(caller=ADA, metric_name="comment", value="text")

    with pytest.raises(AlreadyVoted):
        stack.submit(caller=ADA, value=False)

    assert stack.submit("k", ADA) == Accepted(first.feedback_id, replayed=True)
    assert len(stack.store.rows) == 2
    stack.submit(caller=many)
    assert len(stack.store.rows) == 3
