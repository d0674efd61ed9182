"""When the calls of an invocation must have ended."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Self

RESERVE = 0.5
"""Seconds of an invocation that are kept for its answer."""


class Deadline:
    """A moment of the monotonic clock."""

    __slots__ = ("_ends",)

    def __init__(self, ends: float) -> None:
        self._ends = ends

    def left(self) -> float:
        """Give the seconds until then; negative afterwards."""
        return self._ends - time.monotonic()

    def timeout(self) -> float:
        """Give the seconds until then. Raises TimeoutError if there are none left."""
        left = self.left()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left

    def within(self, seconds: float) -> Self:
        """Give the deadline in so many seconds, or this one if it is earlier."""
        return type(self)(min(self._ends, time.monotonic() + seconds))


NEVER = Deadline(math.inf)
_CURRENT: ContextVar[Deadline] = ContextVar("deadline", default=NEVER)


def current() -> Deadline:
    """Give the deadline of this thread's calls."""
    return _CURRENT.get()


@contextmanager
def bound(until: Deadline) -> Iterator[None]:
    """Bound the calls of this thread for as long as the block lasts."""
    token = _CURRENT.set(until)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def invocation(time_left: float) -> Deadline:
    """Give the deadline of an invocation that Lambda ends in so many seconds.

    Every handler bounds its calls by it, so that no call of DynamoDB outlasts the invocation.
    """
    return NEVER.within(time_left - RESERVE)
