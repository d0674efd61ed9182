"""Calls without I/O: each is a generator that yields what to do and is sent what came of it."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from tensorzero_feedback.answer import Attempt, Trouble, judge
from tensorzero_feedback.retries import Patience, Retries, Seconds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request to the API."""

    method: str
    path: str
    body: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request; the flow is sent the Attempt."""

    request: Request
    timeout: Seconds
    """How long it may be silent."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait; the flow is sent None."""

    seconds: Seconds


Flow: TypeAlias = Generator[Send | Pause, Attempt | None, T]
"""A call. It returns the call's result, or raises FeedbackError."""


def attempt(request: Request, patience: Patience, read: Callable[[Any], T]) -> Flow[T | Trouble]:
    """Send a request once; return its answer, as `read` reads it, or the trouble."""
    answer = yield Send(request, patience.timeout())
    assert answer is not None  # noqa: S101 - a driver that answers a Send with None has a bug
    return judge(answer, read)


def call(
    request: Request,
    retries: Retries,
    read: Callable[[Any], T],
    *,
    stores: bool = False,
    key: str | None = None,
) -> Flow[T]:
    """Send a request until it is answered or refused, or the deadline has come.

    `stores`: whether an attempt without an answer may have stored something. Raises FeedbackError.
    """
    patience, may_be_stored = Patience(retries), False
    while True:
        result = yield from attempt(request, patience, read)
        if not isinstance(result, Trouble):
            return result
        may_be_stored |= stores and result.open
        pause = patience.pause(result.retry_after) if result.transient else None
        if pause is None:
            raise result.error(may_be_stored=may_be_stored, key=key)
        yield Pause(pause)
