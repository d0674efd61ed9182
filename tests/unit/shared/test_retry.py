"""Retries: while DynamoDB is too busy and Lambda has time, and no longer."""

import pytest

from shared.dynamodb import SHORTEST_CALL, StorageUnavailable
from shared.retry import FIRST_PAUSE, LONGEST_PAUSE, require_time, retry
from tests.unit.fakes import Failures, ManualTime


def test_a_call_that_succeeds_is_made_once() -> None:
    """Nobody asks for the time."""
    time = ManualTime()

    assert retry(lambda: "done", lambda: pytest.fail("asked"), time.sleep) == "done"
    assert time.slept == []


def test_a_call_that_dynamodb_is_too_busy_for_is_made_again() -> None:
    """After pauses that grow up to a second, each of a random length."""
    time, failures = ManualTime(), Failures(9)

    retry(failures.next, lambda: 1e9, time.sleep)

    longest = [min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number in range(9)]
    assert all(most / 2 <= slept <= most for slept, most in zip(time.slept, longest, strict=True))
    assert len({slept / most for slept, most in zip(time.slept, longest, strict=True)}) > 1


def test_a_call_is_given_up_while_there_is_time_to_answer() -> None:
    """The caller gets a 503, not API Gateway's own error."""
    time, failures = ManualTime(), Failures(1_000)
    end = time.now() + SHORTEST_CALL + 3

    with pytest.raises(StorageUnavailable) as caught:
        retry(failures.next, lambda: end - time.now(), time.sleep)

    assert caught.value.congested
    assert 2 <= sum(time.slept) <= 3


def test_an_outage_is_reported_at_once() -> None:
    """The SDK has tried three times: this does not pass in a moment."""
    time = ManualTime()

    with pytest.raises(StorageUnavailable):
        retry(Failures(1, congested=False).next, lambda: 1e9, time.sleep)

    assert time.slept == []


@pytest.mark.parametrize("congested", [False, True])
def test_where_nobody_waits_an_outage_is_waited_out(*, congested: bool) -> None:
    """After the same pauses, and as long as there is time."""
    time = ManualTime()
    retry(Failures(9, congested=congested).next, lambda: 1e9, time.sleep, patient=True)
    assert len(time.slept) == 9

    time, failures = ManualTime(), Failures(1_000, congested=congested)
    end = time.now() + SHORTEST_CALL + 3
    with pytest.raises(StorageUnavailable):
        retry(failures.next, lambda: end - time.now(), time.sleep, patient=True)
    assert 2 <= sum(time.slept) <= 3


def test_no_call_is_made_that_lambda_might_end() -> None:
    """Its answer, and what a batch knows of its other elements, would be lost."""
    require_time(lambda: SHORTEST_CALL)
    with pytest.raises(StorageUnavailable) as caught:
        require_time(lambda: SHORTEST_CALL - 0.001)

    assert not caught.value.congested
