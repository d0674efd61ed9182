"""The feedback API in memory, as far as a client sees it, and what may happen to a request."""

import asyncio
import inspect
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import httpx

from tensorzero_feedback import AsyncFeedbackClient, FeedbackClient, Retries

URL = "https://api.example.com/stage"
TARGET = "0192c4a0-7e00-7000-8000-000000000001"


class Strike(Enum):
    """What happens to a request."""

    NOTHING = "it is answered"
    UNREACHABLE = "there is no connection"
    CUT = "the connection is cut before the API has it"
    LOST = "it is done, and its answer is lost"
    THROTTLED = "API Gateway answers 429"
    CRASHED = "API Gateway answers 500, and nothing is done"
    BUSY = "the function answers 503, and nothing is done"
    DONE_AND_BUSY = "the function answers 503, and it is done"
    FORBIDDEN = "the key is not valid any longer"
    DONE_AND_LOST = "it is done, and a proxy says that it can do no such thing"
    FOREIGN = "something else answers 200"
    FOREIGN_JSON = "something else answers 200, in JSON"


DONE = {Strike.DONE_AND_BUSY, Strike.DONE_AND_LOST}
GATEWAY = {
    Strike.THROTTLED: 429,
    Strike.CRASHED: 500,
    Strike.FORBIDDEN: 403,
    Strike.DONE_AND_LOST: 501,
}
BUSY = {"error": "DynamoDB did not confirm in time", "code": "storage_unavailable"}
UNKNOWN = {"error": "Unknown metric: nope", "code": "unknown_metric"}
MALFORMED = {"error": "Failed to parse the request body", "code": "malformed_body"}


def _instead(strike: Strike) -> httpx.Response | None:
    """Return what is answered instead of the API's answer, if anything is."""
    match strike:
        case Strike.UNREACHABLE:
            raise httpx.ConnectError("no route to host")
        case Strike.CUT:
            raise httpx.ReadError("connection reset")
        case Strike.FOREIGN:
            return httpx.Response(200, text="<html>Sign in</html>")
        case Strike.FOREIGN_JSON:
            return httpx.Response(200, json={"welcome": True})
        case Strike.BUSY | Strike.DONE_AND_BUSY:
            return httpx.Response(503, json=BUSY, headers={"retry-after": "1"})
    status = GATEWAY.get(strike)
    return None if status is None else httpx.Response(status, json={"message": strike.value})


@dataclass
class Time:
    """A clock that only pauses move."""

    now: float = 1_000.0
    pauses: list[float] = field(default_factory=list)

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.pauses.append(seconds)
        self.now += seconds

    async def wait(self, seconds: float) -> None:
        """Let it pass, for whoever awaits."""
        self.sleep(seconds)

    def retries(self, **more: Any) -> Retries:
        """Give retries that live by this clock, with pauses that are as long as they can be."""
        return Retries(clock=self.clock, **{"random": lambda: 1.0, **more})


@dataclass
class Api:
    """Stores feedback by its key; the value `nope` is refused, `poison` spoils a whole body."""

    strikes: Iterator[Strike] = field(default_factory=lambda: iter(()))
    """One for each request; those that follow are answered."""
    busy: Iterator[bool] = field(default_factory=lambda: iter(()))
    """For each element of a batch, whether DynamoDB is too busy for it."""
    stored: list[tuple[str, Any]] = field(default_factory=list)
    """The key and the body of every row."""
    requests: list[httpx.Request] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, unless something happens to it."""
        self.requests.append(request)
        strike = next(self.strikes, Strike.NOTHING)
        instead = _instead(strike)
        if instead is not None and strike not in DONE:
            return instead
        response = self._do(request)
        if strike is Strike.LOST:
            raise httpx.RemoteProtocolError("the server closed the connection")
        return instead if instead is not None and response.status_code == 200 else response

    def _do(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if not isinstance(body, list):
            return self._one(body, request.headers.get("idempotency-key"))
        if any(one["value"] == "poison" for one in body):
            return httpx.Response(400, json=MALFORMED)
        answers = []
        for one in body:
            key = one.pop("idempotency_key", None)
            busy = next(self.busy, False)
            response = httpx.Response(503, json=BUSY) if busy else self._one(one, key)
            answers.append({"status": response.status_code, **response.json()})
        return httpx.Response(200, json=answers)

    def _one(self, body: dict[str, Any], key: str | None) -> httpx.Response:
        if body["value"] == "poison":
            return httpx.Response(400, json=MALFORMED)
        if body["value"] == "nope":
            return httpx.Response(404, json=UNKNOWN)
        ids = {stored: f"id of {stored}" for stored, _ in self.stored}
        if key not in ids:
            assert key is not None
            self.stored.append((key, body))
        return httpx.Response(200, json={"feedback_id": f"id of {key}"})


Call = Callable[..., Any]
"""Calls a method of a client by its name."""


def blocking(answer: Callable[[httpx.Request], httpx.Response], time: Time, **retries: Any) -> Call:
    """Make a FeedbackClient."""

    def call(method: str, *arguments: Any, **named: Any) -> Any:
        with FeedbackClient(
            URL,
            "key",
            retries=time.retries(**retries),
            transport=httpx.MockTransport(answer),
            sleep=time.sleep,
        ) as client:
            result = getattr(client, method)(*arguments, **named)
            return list(result) if inspect.isgenerator(result) else result

    return call


def awaiting(answer: Callable[[httpx.Request], httpx.Response], time: Time, **retries: Any) -> Call:
    """Make an AsyncFeedbackClient."""

    async def call(method: str, arguments: Iterable[Any], named: dict[str, Any]) -> Any:
        async with AsyncFeedbackClient(
            URL,
            "key",
            retries=time.retries(**retries),
            transport=httpx.MockTransport(answer),
            sleep=time.wait,
        ) as client:
            result = getattr(client, method)(*arguments, **named)
            return [one async for one in result] if inspect.isasyncgen(result) else await result

    return lambda method, *arguments, **named: asyncio.run(call(method, arguments, named))


CLIENTS = {"FeedbackClient": blocking, "AsyncFeedbackClient": awaiting}
