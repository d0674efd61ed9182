"""When the calls of an invocation must have ended."""

import math
import time
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
        """Return the seconds until then; negative afterwards."""
        return self._ends - time.monotonic()

    def timeout(self) -> float:
        """Return the seconds until then. Raises TimeoutError if there are none left."""
        left = self.left()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left

    def within(self, seconds: float) -> Self:
        """Return the deadline in so many seconds, or this one if it is earlier."""
        return type(self)(min(self._ends, time.monotonic() + seconds))


NEVER = Deadline(math.inf)
_CURRENT: ContextVar[Deadline] = ContextVar("deadline", default=NEVER)


def current() -> Deadline:
    """Return the deadline of this thread's calls."""
    return _CURRENT.get()


class bound:  # noqa: N801 - used as a function, and written as a class because it is cheaper
    """Bounds the calls of this thread for as long as a `with` block lasts."""

    __slots__ = ("_token", "_until")

    def __init__(self, until: Deadline) -> None:
        """Take the deadline."""
        self._until = until

    def __enter__(self) -> None:
        """Begin."""
        self._token = _CURRENT.set(self._until)

    def __exit__(self, *_: object) -> None:
        """Bring the earlier deadline back."""
        _CURRENT.reset(self._token)


def invocation(time_left: float) -> Deadline:
    """Return the deadline of an invocation that Lambda ends in so many seconds.

    Every handler bounds its calls by it, so that no call of DynamoDB outlasts the invocation.
    """
    return NEVER.within(time_left - RESERVE)
