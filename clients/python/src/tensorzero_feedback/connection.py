"""What both clients need of HTTP: how a flow's request is sent, and how its answer is read."""

from dataclasses import dataclass
from uuid import uuid4

import httpx

from tensorzero_feedback.answer import Answer, Attempt, NoAnswer
from tensorzero_feedback.flow import Send
from tensorzero_feedback.operations import Operations
from tensorzero_feedback.retries import Retries

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_USER_AGENT = "tensorzero-feedback-python"


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the API is, and who asks it."""

    url: str
    api_key: str | None

    def __post_init__(self) -> None:
        """Raise ValueError if it is no URL."""
        if not self.url.startswith(("https://", "http://")):
            raise ValueError("the API's URL begins with https://")

    def request(self, step: Send) -> httpx.Request:
        """Make httpx's request."""
        request, credential = step.request, {"authorization": f"Bearer {self.api_key}"}
        return httpx.Request(
            request.method,
            f"{self.url.rstrip('/')}{request.path}",
            params=dict(request.query) or None,
            headers={
                "user-agent": _USER_AGENT,
                **({} if self.api_key is None else credential),
                **request.headers,
            },
            content=request.body,
            extensions={"timeout": httpx.Timeout(step.timeout).as_dict()},
        )


def operations(retries: Retries | None) -> Operations:
    """Return the API's routes, with keys that are random UUIDs."""
    return Operations(retries or Retries(), lambda: str(uuid4()))


def answered(response: httpx.Response) -> Attempt:
    """Read a response."""
    return Answer(response.status_code, response.content, response.headers.get("retry-after"))


def unanswered(error: httpx.RequestError) -> Attempt:
    """Say what happened instead of a response, and whether the API may have got the request."""
    detail = f"{type(error).__name__}: {error}".removesuffix(": ")
    return NoAnswer(detail, sent=not isinstance(error, _NOT_SENT))
