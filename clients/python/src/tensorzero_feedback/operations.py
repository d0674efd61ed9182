"""What the API can be asked for, each as a flow: both clients run the same ones."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

from tensorzero_feedback.batch import Batch, Element
from tensorzero_feedback.errors import Refused
from tensorzero_feedback.flow import Flow, Request, call
from tensorzero_feedback.model import Feedback, Id, Inference, Outcome, Page, StoredFeedback
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

T = TypeVar("T")

_KEY = re.compile(r"[ -~]{1,255}")


@dataclass(frozen=True, slots=True)
class Operations:
    """The API's routes."""

    retries: Retries
    new_key: Callable[[], str]
    """Makes an idempotency key that nobody else makes."""

    def feedback(self, feedback: Feedback) -> Flow[str]:
        """Give feedback; return its id."""
        body = _without_key(feedback)
        key = feedback.get("idempotency_key") or self.new_key()
        request = _post("/feedback", body, {"idempotency-key": _quoted(key)})
        return call(request, self.retries, _id("feedback_id"), stores=_stores(body), key=key)

    def batch(self, batch: Sequence[Feedback], *, atomic: bool) -> Flow[list[Outcome]]:
        """Give feedback, much at once; return what became of each."""
        elements = []
        for feedback in batch:
            body = _without_key(feedback)
            key = feedback.get("idempotency_key") or self.new_key()
            elements.append(Element({**body, "idempotency_key": key}, key, _stores(body)))
        path = "/feedback/batch?atomic=true" if atomic else "/feedback/batch"
        sending = Batch(self.retries, lambda bodies: _post(path, bodies), "feedback_id", atomic)
        return sending.deliver(elements)

    def record_inference(self, inference: Inference) -> Flow[str]:
        """Record an inference, which changes nothing if it is recorded; return its id."""
        request = _post("/internal/inferences", dict(inference))
        return call(request, self.retries, _id("inference_id"), stores=True)

    def record_inferences(self, inferences: Sequence[Inference]) -> Flow[list[Outcome]]:
        """Record inferences, many at once; return what became of each."""
        elements = [Element(dict(one), None, stores=True) for one in inferences]
        path = "/internal/inferences/batch"
        sending = Batch(self.retries, lambda bodies: _post(path, bodies), "inference_id")
        return sending.deliver(elements)

    def receipt(self, target_id: Id, feedback_id: Id) -> Flow[StoredFeedback | None]:
        """Read one feedback; None if it is not stored."""
        request = Request("GET", f"{_target(target_id)}/{_segment(feedback_id)}")
        try:
            return (yield from call(request, self.retries, _receipt))
        except Refused as refusal:
            if refusal.code == "feedback_not_found":
                return None
            raise

    def page(self, target_id: Id, *, before: Id | None, after: Id | None, limit: int) -> Flow[Page]:
        """Read a page of a target's feedback."""
        cursors = {"before": before, "after": after}
        query = {name: str(cursor) for name, cursor in cursors.items() if cursor is not None}
        request = Request("GET", _target(target_id), query={**query, "limit": str(limit)})

        def read(document: Any) -> Page:  # noqa: ANN401 - any JSON
            rows = [StoredFeedback.parse(row) for row in document["feedback"]]
            full = rows[0 if after is not None else -1].id if len(rows) == limit > 0 else None
            return Page(rows, document.get("next", full))

        return call(request, self.retries, read)

    def metrics(self, function_name: str) -> Flow[list[MetricCount]]:
        """Read which metrics a function has feedback on."""
        request = Request("GET", f"{_function(function_name)}/metrics", query={"level": "all"})
        return call(request, self.retries, MetricCount.parse_all)

    def performances(
        self, function_name: str, metric_name: str, *, window: Window
    ) -> Flow[list[Performance]]:
        """Read how a function's variants did."""
        query = {"metric_name": metric_name, "time_window": window}
        path = f"{_function(function_name)}/variant_performances"
        request = Request("GET", path, query=query)
        return call(request, self.retries, _rows("performances", Performance.parse))

    def timeseries(
        self, function_name: str, metric_name: str, *, window: Period, max_periods: int, rows: Rows
    ) -> Flow[list[Point]]:
        """Read how a function's variants stood, period by period."""
        query = {
            "function_name": function_name,
            "metric_name": metric_name,
            "time_window": window,
            "max_periods": str(max_periods),
            "rows": rows,
        }
        request = Request("GET", "/internal/feedback/timeseries", query=query)
        return call(request, self.retries, _rows("timeseries", Point.parse))

    def inferences(self, function_name: str, *, limit: int) -> Flow[list[RecordedInference]]:
        """Read the newest inferences of a function."""
        body = {"function_name": function_name, "output_source": "inference", "limit": limit}
        request = _post("/v1/inferences/list_inferences", body)
        return call(request, self.retries, _rows("inferences", RecordedInference.parse))


def _post(path: str, body: object, headers: Mapping[str, str] | None = None) -> Request:
    content = json.dumps(body, default=_plain, allow_nan=False, separators=(",", ":")).encode()
    return Request(
        "POST", path, content, headers={"content-type": "application/json", **(headers or {})}
    )


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


def _without_key(feedback: Feedback) -> dict[str, Any]:
    return {name: value for name, value in feedback.items() if name != "idempotency_key"}


def _stores(body: Mapping[str, Any]) -> bool:
    return not body.get("dryrun")


def _quoted(key: str) -> str:
    """Write a key as the header has it. Raises ValueError."""
    if _KEY.fullmatch(key) is None:
        raise ValueError("an idempotency key has 1 to 255 printable ASCII characters")
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _target(target_id: Id) -> str:
    return f"/internal/feedback/{_segment(target_id)}"


def _function(name: str) -> str:
    return f"/internal/functions/{_segment(name)}"


def _rows(name: str, parse: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    return lambda document: [parse(row) for row in document[name]]


def _segment(id_: Id) -> str:
    return quote(str(id_), safe="")


def _id(name: str) -> Callable[[Any], str]:
    return lambda document: str(document[name])


def _receipt(document: Any) -> StoredFeedback:  # noqa: ANN401 - any JSON
    return StoredFeedback.parse(document["feedback"])
