"""Retries of what DynamoDB did not confirm, and the time that Lambda leaves for a call."""

import random
from collections.abc import Callable
from typing import TypeVar

from shared.clock import Seconds, TimeLeft
from shared.dynamodb import SHORTEST_CALL, StorageUnavailable

FIRST_PAUSE: Seconds = 0.025
LONGEST_PAUSE: Seconds = 1.0
"""Each pause is twice the one before; a random part of it, up to a half, is left out."""

Result = TypeVar("Result")

_RANDOM = random.SystemRandom()  # a seeded generator would repeat itself in clones of a snapshot


def retry(
    call: Callable[[], Result],
    time_left: TimeLeft,
    sleep: Callable[[Seconds], None],
    *,
    patient: bool = False,
) -> Result:
    """Make the call, again and again while DynamoDB is too busy for it and there is time.

    The call must be safe to repeat. `patient`: nobody waits for the answer, so that an outage is
    waited out as well. Raises what the last attempt raised.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return call()
        except StorageUnavailable as refusal:
            may_pass = patient or refusal.congested
            if not may_pass or time_left() < pause + SHORTEST_CALL:
                raise
        sleep(pause * _RANDOM.uniform(0.5, 1))
        pause = min(2 * pause, LONGEST_PAUSE)


def require_time(time_left: TimeLeft) -> None:
    """Raise StorageUnavailable if Lambda might end the invocation before a call is answered."""
    if time_left() < SHORTEST_CALL:
        raise StorageUnavailable
