"""Claims: whose they are, what counts as the same request, and when they are free again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import claims
from feedback.kinds import boolean
from feedback.model import Level, Metric, Target
from feedback.request import FeedbackRequest
from feedback.reservations import (
    AlreadyVoted,
    IdempotencyKeyReused,
    Reservation,
    fingerprint,
    is_expired,
)
from shared.caller import Caller
from tests.unit.fakes import uuid7

NOW = 1_790_000_000
FIRST, SECOND = uuid7(NOW, 1), uuid7(NOW, 2)
INFERENCE = uuid7(NOW, 3)
REQUEST: dict[str, Any] = {"metric_name": "liked", "value": True, "inference_id": INFERENCE}
ANYBODY = Caller()
ADA, BOB = Caller(("token", "ada")), Caller(("token", "bob"))


def _claim(
    key: str = "k", caller: Caller = ANYBODY, id_: str = FIRST, **changes: Any
) -> Reservation:
    request = FeedbackRequest.parse({**REQUEST, **changes})
    return claims.of_key(key, request, caller, uuid7(NOW, int(id_[-1])), NOW + 60)


def test_a_key_is_remembered_until_its_time_has_come() -> None:
    """DynamoDB is told when it may delete it."""
    assert _claim().to_item() == {
        "key": {"S": _claim().key},
        "feedback_id": {"S": FIRST},
        "fingerprint": {"S": fingerprint(FeedbackRequest.parse(REQUEST))},
        "expires_at": {"N": str(NOW + 60)},
    }


@pytest.mark.parametrize(("now", "expired"), [(0, False), (9, False), (10, True), (11, True)])
def test_a_key_is_free_again_when_its_time_has_come(now: int, expired: bool) -> None:
    """Though DynamoDB, which deletes when it likes, still has it."""
    assert is_expired({"key": {"S": "k"}, "expires_at": {"N": "10"}}, now) is expired


def test_a_vote_is_taken_for_good() -> None:
    """It has no time at which it may be deleted."""
    vote = claims.of_vote(ADA, Target(Level.INFERENCE, INFERENCE), METRIC, FIRST)

    assert set(vote.to_item()) == {"key", "feedback_id"}
    assert not is_expired(vote.to_item(), 2**40)


def test_the_same_request_is_given_the_first_ones_id() -> None:
    """Its own is forgotten."""
    assert _claim(id_=SECOND).settle(_claim().to_item()) == FIRST


CHANGES: list[dict[str, Any]] = [
    {"value": False},
    {"value": 1},
    {"metric_name": "other"},
    {"inference_id": SECOND},
    {"inference_id": None, "episode_id": INFERENCE},
    {"internal": True},
    {"tags": {"a": "b"}},
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_request_with_the_same_key_is_refused(change: dict[str, Any]) -> None:
    """Whatever it says that the first did not."""
    with pytest.raises(IdempotencyKeyReused):
        _claim(**change).settle(_claim().to_item())


def test_a_second_vote_is_refused_though_it_says_the_same() -> None:
    """One vote is one vote."""
    vote = claims.of_vote(ADA, Target(Level.INFERENCE, INFERENCE), METRIC, SECOND)

    with pytest.raises(AlreadyVoted):
        vote.settle(vote.to_item())


def test_the_same_is_said_in_many_ways() -> None:
    """Null is as good as absent, ids are spelled as one likes, and tags have no order."""
    spelled: dict[str, Any] = {
        "tags": {"b": "2", "a": "1"},
        "inference_id": f"urn:uuid:{INFERENCE.upper()}",
        "episode_id": None,
        "value": True,
        "dryrun": False,
        "metric_name": "liked",
    }
    plain = {**REQUEST, "tags": {"a": "1", "b": "2"}}

    assert fingerprint(FeedbackRequest.parse(spelled)) == fingerprint(FeedbackRequest.parse(plain))


@given(st.lists(st.text(), min_size=1, max_size=3), st.lists(st.text(), min_size=1, max_size=3))
def test_no_callers_key_is_anothers(one: list[str], other: list[str]) -> None:
    """However names and keys are made up to look alike."""
    *caller, key = one
    *other_caller, other_key = other
    same = (
        _claim(key, Caller(tuple(caller))).key == _claim(other_key, Caller(tuple(other_caller))).key
    )

    assert same == (one == other)


METRIC = Metric("liked", boolean.KIND, Level.INFERENCE)


def test_a_vote_is_one_authors_on_one_target_and_metric() -> None:
    """And is no idempotency key."""
    other = Metric("other", boolean.KIND, Level.INFERENCE)
    targets = [Target(Level.INFERENCE, INFERENCE), Target(Level.INFERENCE, SECOND)]
    votes = {
        claims.of_vote(caller, target, metric, FIRST).key
        for caller in (ADA, BOB)
        for target in targets
        for metric in (METRIC, other)
    }

    assert len(votes) == 8
    assert _claim(caller=ADA).key not in votes


def test_a_vote_is_the_same_by_another_name_of_its_target() -> None:
    """The field that the id is in brings no second vote."""
    first, second = (
        claims.of_vote(ADA, Target(level, INFERENCE), METRIC, FIRST)
        for level in (Level.INFERENCE, Level.EPISODE)
    )

    assert first == second
