"""Trying again: while DynamoDB is too busy and Lambda has time, and not a moment longer."""

from collections.abc import Callable

import pytest

from shared.dynamodb import SHORTEST_CALL, StorageUnavailable
from shared.retry import FIRST_PAUSE, LONGEST_PAUSE, retry
from tests.unit.fakes import ManualTime


def _busy(times: int, result: str = "done") -> Callable[[], str]:
    left = iter(range(times))

    def call() -> str:
        if next(left, None) is None:
            return result
        raise StorageUnavailable(congested=True)

    return call


def test_what_succeeds_is_done_once() -> None:
    """And nobody asks for the time."""
    time = ManualTime()

    assert retry(_busy(0), lambda: pytest.fail("asked"), time.sleep) == "done"
    assert time.slept == []


def test_what_dynamodb_was_too_busy_for_is_tried_again() -> None:
    """After pauses that grow, each a little random, up to a second."""
    time = ManualTime()

    assert retry(_busy(9), lambda: 1e9, time.sleep) == "done"
    longest = [min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number in range(9)]
    assert all(most / 2 <= slept <= most for slept, most in zip(time.slept, longest, strict=True))


def test_it_is_given_up_while_there_is_time_for_one_more_answer() -> None:
    """The caller gets a 503, not API Gateway's own error."""
    time = ManualTime()
    end = time.now() + SHORTEST_CALL + 3

    with pytest.raises(StorageUnavailable) as caught:
        retry(_busy(1_000), lambda: end - time.now(), time.sleep)

    assert caught.value.congested
    assert 2 <= sum(time.slept) <= 3


def test_an_outage_is_told_at_once() -> None:
    """The SDK has tried three times: this is no matter of a moment."""
    time = ManualTime()

    def call() -> None:
        raise StorageUnavailable

    with pytest.raises(StorageUnavailable):
        retry(call, lambda: 1e9, time.sleep)

    assert time.slept == []
