"""Trying again what DynamoDB was too busy for, for as long as Lambda lets us."""

import random
from collections.abc import Callable
from typing import TypeVar

from shared.dynamodb import WORST_CALL
from shared.errors import StorageUnavailable

FIRST_PAUSE = 0.025
LONGEST_PAUSE = 1.0
"""Seconds; each pause is twice the one before, and a random half of it is taken off."""

Result = TypeVar("Result")
TimeLeft = Callable[[], float]
"""Tells the seconds until Lambda ends this invocation."""


_RANDOM = random.SystemRandom()  # another would say the same in every environment of SnapStart


def persist(
    call: Callable[[], Result], time_left: TimeLeft, sleep: Callable[[float], None]
) -> Result:
    """Make the call again while DynamoDB is too busy for it, and there is time for another one.

    The call must be safe to repeat. Raises what its last attempt raised.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return call()
        except StorageUnavailable as refusal:
            if not refusal.congested or time_left() < pause + WORST_CALL:
                raise
        sleep(pause * _RANDOM.uniform(0.5, 1))
        pause = min(2 * pause, LONGEST_PAUSE)
