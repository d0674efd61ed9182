"""The client for synchronous code: sends what a flow asks for, and waits as long as it says."""

import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self, TypeAlias, TypeVar, Unpack

import httpx

from tensorzero_feedback.answer import Attempt
from tensorzero_feedback.connection import Connection, answered, operations, unanswered
from tensorzero_feedback.flow import Flow, Pause, Send
from tensorzero_feedback.model import Feedback, Id, Inference, Outcomes, Page, StoredFeedback
from tensorzero_feedback.retries import Retries
from tensorzero_feedback.variants import (
    MetricCount,
    Performance,
    Period,
    Point,
    RecordedInference,
    Rows,
    Window,
)
from tensorzero_feedback.walk import Place

T = TypeVar("T")
Listed: TypeAlias = list[T]
"""A list; within the class, `list` is a method."""


class FeedbackClient:
    """The API, for synchronous code; threads may share one.

    `url` is the stack's output `ApiUrl`, `api_key` an API key or an end user's token. Every method
    tries again until `retries.deadline`, and raises FeedbackError; `Retries` has the defaults.
    """

    def __init__(
        self,
        url: str,
        api_key: str | None = None,
        *,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = Connection(url, api_key)
        self._operations = operations(retries)
        self._http = httpx.Client(transport=transport)
        self._sleep = sleep

    def __enter__(self) -> Self:
        """Use the client for a block, and close it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def feedback(self, **feedback: Unpack[Feedback]) -> str:
        """Give feedback, stored once however often it is sent; return its id."""
        return self._run(self._operations.feedback(feedback))

    def batch(self, batch: Sequence[Feedback], *, atomic: bool = False) -> Outcomes:
        """Give feedback, much at once; return what became of each, in order.

        It raises no FeedbackError: each outcome has its own. Up to 100 are sent in a request, and
        the deadline is each request's. `atomic`: all are stored, in one request, or none.
        """
        return self._run(self._operations.batch(batch, atomic=atomic))

    def record_inference(self, **inference: Unpack[Inference]) -> str:
        """Record an inference; if it is recorded, nothing changes. Return its id."""
        return self._run(self._operations.record_inference(inference))

    def record_inferences(self, inferences: Sequence[Inference]) -> Outcomes:
        """Record inferences, many at once, as `batch` gives feedback."""
        return self._run(self._operations.record_inferences(inferences))

    def receipt(self, target_id: Id, feedback_id: Id) -> StoredFeedback | None:
        """Read one feedback on a target; None if it is not stored."""
        return self._run(self._operations.receipt(target_id, feedback_id))

    def list(
        self,
        target_id: Id,
        *,
        before: Id | None = None,
        after: Id | None = None,
        limit: int = 100,
    ) -> Page:
        """Read feedback on a target, the newest first: the newest of all, or of what is `before`.

        With `after`, those that are nearest to it. Both are ids, of feedback or not.
        """
        page = self._operations.page(target_id, before=before, after=after, limit=limit)
        return self._run(page)

    def iterate(
        self, target_id: Id, *, after: Id | None = None, page_size: int = 100
    ) -> Iterator[StoredFeedback]:
        """Read all feedback on a target, the newest first; or all `after` an id, the oldest first.

        A page is read when it is needed.
        """
        place: Place | None = Place(after=after)
        while place is not None:
            page = self.list(target_id, before=place.before, after=place.after, limit=page_size)
            yield from place.in_order(page)
            place = place.following(page)

    def metrics(self, function_name: str) -> Listed[MetricCount]:
        """Read which metrics a function has feedback on: those of inferences, then of episodes.

        Each by name. This and the next three need the stack's aggregates.
        """
        return self._run(self._operations.metrics(function_name))

    def performances(
        self, function_name: str, metric_name: str, *, window: Window = "cumulative"
    ) -> Listed[Performance]:
        """Read how a function's variants did, by the latest feedback on each target."""
        performances = self._operations.performances(function_name, metric_name, window=window)
        return self._run(performances)

    def timeseries(
        self,
        function_name: str,
        metric_name: str,
        *,
        window: Period,
        max_periods: int,
        rows: Rows = "all",
    ) -> Listed[Point]:
        """Read how a function's variants stood at the end of each period with feedback.

        The last period with feedback is read, and up to `max_periods` before it.
        """
        series = self._operations.timeseries(
            function_name, metric_name, window=window, max_periods=max_periods, rows=rows
        )
        return self._run(series)

    def inferences(self, function_name: str, *, limit: int = 20) -> Listed[RecordedInference]:
        """Read the inferences of a function that were made last, the newest first."""
        return self._run(self._operations.inferences(function_name, limit=limit))

    def _run(self, flow: Flow[T]) -> T:
        attempt: Attempt | None = None
        while True:
            try:
                step = flow.send(attempt)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(step, Pause):
                self._sleep(step.seconds)
                attempt = None
            else:
                attempt = self._send(step)

    def _send(self, step: Send) -> Attempt:
        try:
            return answered(self._http.send(self._connection.request(step)))
        except httpx.RequestError as error:
            return unanswered(error)
