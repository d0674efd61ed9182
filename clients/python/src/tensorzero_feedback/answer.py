"""What an attempt came to, and how it is judged: done, refused, or to be tried again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias, TypeVar

from tensorzero_feedback.errors import FeedbackError, Refused, Unavailable, Unconfirmed
from tensorzero_feedback.retries import Seconds

T = TypeVar("T")

TRANSIENT = frozenset({429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed. 500 is API Gateway's own: the functions
answer 503 if they cannot store."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response."""

    status: int
    body: bytes
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """An attempt that ended without a response."""

    detail: str
    sent: bool
    """Whether the API may have got the request."""


Attempt: TypeAlias = Answer | NoAnswer


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an attempt did not do it."""

    status: int | None
    code: str
    detail: str
    transient: bool
    """Whether to try again."""
    open: bool
    """Whether it may be stored nevertheless."""
    retry_after: Seconds = 0.0
    """How long to wait at least."""

    def error(self, *, may_be_stored: bool, key: str | None = None) -> FeedbackError:
        """Make the error that a call ends with."""
        kind: type[FeedbackError] = Unavailable if self.transient else Refused
        if may_be_stored:
            kind = Unconfirmed
        return kind(self.detail, status=self.status, code=self.code, key=key)


def judge(attempt: Attempt, read: Callable[[Any], T]) -> T | Trouble:
    """Return what `read` makes of a 200's JSON, or the trouble.

    `read` raises LookupError, TypeError or ValueError for what is no answer of the API.
    """
    match attempt:
        case NoAnswer():
            return Trouble(None, "no_answer", attempt.detail, transient=True, open=attempt.sent)
        case Answer(status=HTTPStatus.OK):
            try:
                return read(json.loads(attempt.body))
            except (LookupError, TypeError, ValueError):
                detail = "the answer is not the API's"
                return Trouble(attempt.status, "invalid_answer", detail, transient=True, open=True)
    return trouble(attempt.status, _payload(attempt.body), _seconds(attempt.retry_after))


def trouble(status: int, payload: Mapping[str, Any], retry_after: Seconds = 0.0) -> Trouble:
    """Judge a status other than 200: of a response, or of an element of a batch."""
    detail = payload.get("error") or payload.get("message") or "the answer gives no reason"
    return Trouble(
        status,
        str(payload.get("code") or f"http_{status}"),
        str(detail),
        transient=status in TRANSIENT,
        open=status >= HTTPStatus.INTERNAL_SERVER_ERROR,
        retry_after=retry_after,
    )


def _payload(body: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(body)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def _seconds(text: str | None) -> Seconds:
    """Read `Retry-After`; the API never gives a date in it."""
    return float(text) if text is not None and text.isascii() and text.isdecimal() else 0.0
