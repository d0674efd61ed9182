"""How long a call goes on, and how long it waits between its attempts."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Seconds: TypeAlias = float


@dataclass(frozen=True, slots=True)
class Retries:
    """When a call is tried again, and when it is given up. All times are in seconds."""

    deadline: Seconds = 30.0
    """After this time a call is given up: no attempt begins later, none is waited for longer."""
    attempt: Seconds = 10.0
    """How long an attempt may be silent. The API waits up to 6 s for a missing target."""
    first_pause: Seconds = 0.2
    """The longest pause after the first attempt; it doubles with each. A pause is a random share
    of it, between a half and all."""
    longest_pause: Seconds = 5.0
    """A pause is longer only if the API asks for it (`Retry-After`)."""
    clock: Callable[[], Seconds] = time.monotonic
    random: Callable[[], float] = random.random
    """Returns a number from 0 to 1."""


@dataclass(slots=True)
class Patience:
    """What is left of one call's deadline."""

    retries: Retries
    end: Seconds = field(init=False)
    attempts: int = 0

    def __post_init__(self) -> None:
        """Start the deadline."""
        self.end = self.retries.clock() + self.retries.deadline

    def timeout(self) -> Seconds:
        """Begin an attempt; return how long it may be silent."""
        self.attempts += 1
        return max(min(self.retries.attempt, self._left()), 0.001)

    def pause(self, at_least: Seconds) -> Seconds | None:
        """Return how long to wait for the next attempt; None if it would begin too late."""
        longest = min(
            self.retries.first_pause * 2.0 ** min(self.attempts - 1, 32), self.retries.longest_pause
        )
        pause = max(at_least, longest * (1 + self.retries.random()) / 2)
        return pause if pause < self._left() else None

    def _left(self) -> Seconds:
        return self.end - self.retries.clock()
