"""A budget: how much time validation may take, on the processor and on the clock."""

import time
from collections.abc import Callable

from shared.clock import Seconds

LEAST: Seconds = 0.01
"""With less than this, nothing is begun."""


class Budget:
    """Processor time to spend, and a deadline."""

    def __init__(
        self,
        processor: Seconds,
        time_left: Seconds,
        now: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        """Set the deadline so long from now."""
        self.processor = processor
        self._now = now
        self._deadline = now() + time_left

    @property
    def time_left(self) -> Seconds:
        """How long it is until the deadline; negative after it."""
        return self._deadline - self._now()

    @property
    def is_spent(self) -> bool:
        """Whether so little is left that nothing should be begun."""
        return min(self.processor, self.time_left) < LEAST

    def half(self) -> "Budget":
        """Return a budget of half of what is left: the most that one question may take.

        So an element of a batch cannot use up what the elements after it need.
        """
        return Budget(self.processor / 2, self.time_left / 2, self._now)
