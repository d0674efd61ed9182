"""A refusal: why a request is not served, in an answer that its caller can act on.

Each refusal is defined beside the rule that raises it. Whatever else is raised is a bug, and is
left to Lambda to count.
"""

from http import HTTPStatus
from typing import Any, ClassVar

EXCERPT = 200
"""The longest part of a caller's text that an answer repeats, in characters."""


def excerpt(text: str) -> str:
    """Shorten a caller's text to what an answer may repeat."""
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


class Refusal(Exception):
    """The request is not served; the text says why and is safe to show to the caller."""

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str]
    """Stable, in snake case: the class's name."""
    retry_after: int | None = None
    """Seconds after which the same request may succeed; None where it cannot."""

    detail: dict[str, str] | None = None
    """What exactly is wrong in the request and where, in addition to the text."""

    @property
    def payload(self) -> dict[str, Any]:
        """The answer's body."""
        detail = {} if self.detail is None else {"detail": self.detail}
        return {"error": str(self), "code": self.code, **detail}
