"""What a call can end with other than its answer."""

from typing import ClassVar


class FeedbackError(Exception):
    """A call without the answer that was asked for.

    ├── Refused        the API refused it: nothing is stored
    ├── Unavailable    there was no answer in time, and nothing is stored
    └── Unconfirmed    there was no answer in time, and it may be stored
    """

    may_be_stored: ClassVar[bool] = False
    """Whether what was sent may be stored."""

    def __init__(
        self, detail: str, *, status: int | None, code: str, key: str | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        """What the API says of it; for people."""
        self.status = status
        """The status of the last answer; None if there was none."""
        self.code = code
        """The API's code; `http_` and the status where the answer has none; `no_answer`; or
        `invalid_answer`."""
        self.key = key
        """The idempotency key that was sent, if the call has one."""

    def __str__(self) -> str:
        """Return the code, the status and the detail in one line."""
        status = "" if self.status is None else f" ({self.status})"
        return f"{self.code}{status}: {self.detail}"


class Refused(FeedbackError):
    """The API refused the request. Nothing is stored; the same request is refused again."""


class Unavailable(FeedbackError):
    """The request was not answered before the deadline, and nothing is stored."""


class Unconfirmed(FeedbackError):
    """The request was sent and not confirmed before the deadline: it may be stored.

    Send it again with the same `key`: it is stored once. So is a refusal that follows an attempt
    without an answer, since it says nothing of that attempt.
    """

    may_be_stored = True
