"""Reservations: whose they are, what counts as the same request, and when they are free again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.kinds import boolean
from feedback.model import Level, Metric, Target
from feedback.request import FeedbackRequest
from feedback.reservations import (
    AlreadyVoted,
    IdempotencyKeyReused,
    Reservation,
    fingerprint,
    is_expired,
    of_key,
    of_vote,
)
from shared.caller import ANYBODY, Caller
from shared.uuids import Uuid
from tests.unit.fakes import uuid7

NOW = 1_790_000_000
FIRST, SECOND, INFERENCE = (uuid7(NOW, rest) for rest in (1, 2, 3))
REQUEST: dict[str, Any] = {"metric_name": "liked", "value": True, "inference_id": INFERENCE}
ADA, BOB = Caller(("token", "ada")), Caller(("token", "bob"))
NAMES = st.lists(st.text('ab",\\', max_size=2), min_size=1, max_size=3)
METRIC = Metric("liked", boolean.KIND, Level.INFERENCE)


def _key(
    key: str = "k", caller: Caller = ANYBODY, feedback_id: Uuid = FIRST, **changes: Any
) -> Reservation:
    request = FeedbackRequest.parse({**REQUEST, **changes})
    return of_key(key, request, caller, feedback_id, NOW + 60.5)


def test_a_key_is_stored_with_what_answers_a_repeat() -> None:
    """And with the second from which on DynamoDB may delete it."""
    assert _key().to_item() == {
        "key": {"S": _key().key},
        "feedback_id": {"S": FIRST},
        "fingerprint": {"S": fingerprint(FeedbackRequest.parse(REQUEST))},
        "expires_at": {"N": str(NOW + 60)},
    }


@pytest.mark.parametrize(("now", "expired"), [(0, False), (9.9, False), (10, True), (11, True)])
def test_a_key_is_free_again_when_it_has_expired(now: float, expired: bool) -> None:
    """Though DynamoDB, which deletes it hours later, still has it."""
    assert is_expired({"key": {"S": "k"}, "expires_at": {"N": "10"}}, now) is expired


def test_a_repeat_is_answered_with_the_first_ones_id() -> None:
    """Null is as good as absent, ids have several spellings, and tags have no order."""
    spelled: dict[str, Any] = {
        "tags": {"b": "2", "a": "1"},
        "inference_id": f"urn:uuid:{INFERENCE.upper()}",
        "episode_id": None,
        "dryrun": False,
    }
    first = _key(tags={"a": "1", "b": "2"})

    assert _key(feedback_id=SECOND, **spelled).holder(first.to_item()) == FIRST


@pytest.mark.parametrize(
    "change",
    [
        {"value": False},
        {"value": 1},
        {"metric_name": "other"},
        {"inference_id": SECOND},
        {"inference_id": None, "episode_id": INFERENCE},
        {"internal": True},
        {"tags": {"a": "b"}},
    ],
    ids=str,
)
def test_another_request_with_the_same_key_is_refused(change: dict[str, Any]) -> None:
    """Whatever it says that the first did not; the refusal names the first one's feedback."""
    second, first = _key(**change), _key().to_item()

    assert not second.is_same_request(first)
    with pytest.raises(IdempotencyKeyReused, match=f"another request, stored as {FIRST}:"):
        second.holder(first)


@given(NAMES, NAMES)
def test_no_two_callers_share_a_key(one: list[str], other: list[str]) -> None:
    """However names and keys are made up to look alike."""
    keys = [_key(key, Caller(tuple(identity))).key for *identity, key in (one, other)]

    assert (keys[0] == keys[1]) == (one == other)


def test_a_vote_is_one_authors_on_one_target_and_metric() -> None:
    """The field that the id is in brings no second vote, and a vote is no idempotency key."""
    metrics = [METRIC, METRIC._replace(name="other")]
    votes = {
        of_vote(caller, Target(level, target), metric, FIRST).key
        for caller in (ADA, BOB)
        for target in (INFERENCE, SECOND)
        for metric in metrics
        for level in Level
    }
    keys = {_key(name, ADA).key for name in ("liked", INFERENCE)}

    assert len(votes) == 8
    assert not votes & keys


def test_a_second_vote_is_refused_for_good() -> None:
    """Though it says the same: it holds no fingerprint, and does not expire."""
    vote = of_vote(ADA, Target(Level.INFERENCE, INFERENCE), METRIC, SECOND)

    assert vote.to_item() == {"key": {"S": vote.key}, "feedback_id": {"S": SECOND}}
    assert not is_expired(vote.to_item(), 2**40)
    assert not vote.is_same_request(vote.to_item())
    with pytest.raises(AlreadyVoted):
        vote.holder(vote.to_item())
