"""What clients asked for and saw, and what is stored of it, in one form: an audit compares them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from feedback.kinds.registry import KINDS

Body: TypeAlias = Mapping[str, Any]
"""Feedback as a client asks for it, in JSON."""
Item: TypeAlias = Mapping[str, Any]
"""An item in DynamoDB's own JSON."""

TAG = "request"
"""The tag that names a request, and by which its row is found."""
LABELS = "evaluation"
RESERVATIONS = "idempotency"
"""The table of keys and of votes: no repeat has to match a vote, so it has no fingerprint."""

_OK = 200
_SERVER_ERROR = 500
_EVALUATION = ("tensorzero::datapoint_id", "tensorzero::evaluator_inference_id")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a client saw after sending once; without a status, there was no answer."""

    status: int | None = None
    id: str | None = None

    @property
    def kind(self) -> str:
        """What kind of answer it was."""
        if self.status is None:
            return "unanswered"
        if self.status == _OK:
            return "accepted"
        return "refused" if self.status < _SERVER_ERROR else "failed"


@dataclass(slots=True)
class Request:
    """Feedback that a client wants stored once, however often it is sent."""

    body: Body
    key: str | None = None
    vote: str | None = None
    """The vote that it takes, by a name of its own; like a key, it is one row's at most."""
    atomic: str | None = None
    """The batch with which it is stored, or not at all."""
    sound: bool = True
    """Whether there is no reason to refuse it."""
    sender: Mapping[str, str] = field(default_factory=dict)
    """The tags that say who sent it: they are stored with it, and are not in its body."""
    seen: list[Outcome] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name, by which its row is found."""
        name: str = self.body["tags"][TAG]
        return name

    @property
    def dry(self) -> bool:
        """Whether nothing is to be stored."""
        return bool(self.body.get("dryrun"))

    @property
    def may_be_stored(self) -> bool:
        """Whether what was seen leaves a row possible: not all of it was a refusal."""
        return not self.dry and any(one.kind != "refused" for one in self.seen)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is kept of a request, but for its id and its time."""

    table: str
    """The table's key, which is the name of its kind."""
    target: str
    metric: str
    value: object
    """A demonstration's and a label's is JSON text, with sorted keys."""
    tags: Mapping[str, str]
    level: str = ""
    """What the target is; kept of comments only."""


@dataclass(frozen=True, slots=True)
class Label:
    """A person's verdict, which is kept beside its metric."""

    datapoint_id: str
    evaluator_inference_id: str
    metric: str
    value: str


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is stored, by the id of the feedback."""

    rows: list[tuple[str, Feedback]]
    labels: list[tuple[str, Label]]
    keys: list[str]
    votes: list[str]


def read(scan: Callable[[str], Iterable[Item]]) -> Stored:
    """Read all that is stored; `scan` returns the items of a table, by its key."""
    reserved = [*scan(RESERVATIONS)]
    return Stored(
        rows=[(item["id"]["S"], _row(table, item)) for table in KINDS for item in scan(table)],
        labels=[(item["feedback_id"]["S"], _label(item)) for item in scan(LABELS)],
        keys=[item["feedback_id"]["S"] for item in reserved if "fingerprint" in item],
        votes=[item["feedback_id"]["S"] for item in reserved if "fingerprint" not in item],
    )


def wanted(request: Request) -> Feedback:
    """Return what is to be stored of a request that is accepted."""
    body = request.body
    metric, value = body["metric_name"], body["value"]
    level = "inference" if body.get("inference_id") else "episode"
    target = body[f"{level}_id"]
    internal = {"tensorzero::internal": "true"} if body.get("internal") else {}
    tags = {**body["tags"], **internal, **request.sender}
    match metric, value:
        case "comment", _:
            return Feedback("comment", target, metric, ("S", value), tags, level)
        case "demonstration", str():
            text = _canonical([{"type": "text", "text": value}])
            return Feedback("demonstration", target, metric, text, tags)
        case "demonstration", _:
            text = _canonical({"raw": value, "parsed": value})
            return Feedback("demonstration", target, metric, text, tags)
        case _, bool():
            return Feedback("boolean", target, metric, ("BOOL", value), tags)
        case _, int() | float():
            number = ("N", Decimal(repr(value)))
            return Feedback("float", target, metric, number, tags)
        case _:
            return Feedback("none: no metric takes this", target, metric, value, tags)


def wanted_labels(request: Request) -> list[Label]:
    """Return the verdict that is to be stored beside the metric: one, or none."""
    body = request.body
    if not {*_EVALUATION} <= body["tags"].keys():
        return []
    datapoint, evaluator = (body["tags"][name] for name in _EVALUATION)
    return [Label(datapoint, evaluator, body["metric_name"], _canonical(body["value"]))]


def _row(table: str, item: Item) -> Feedback:
    ((kind, value),) = item["value"].items()
    tags = {name: text["S"] for name, text in item["tags"]["M"].items()}
    if table == "demonstration":
        document = json.loads(value)
        if isinstance(document, dict):  # of a JSON function: its text says the same
            document["raw"] = json.loads(document["raw"])
        target = item["inference_id"]["S"]
        return Feedback(table, target, "demonstration", _canonical(document), tags)
    target, level = item["target_id"]["S"], item.get("target_type", {}).get("S", "")
    metric = item.get("metric_name", {"S": table})["S"]
    typed = (kind, Decimal(value) if kind == "N" else value)
    return Feedback(table, target, metric, typed, tags, level)


def _label(item: Item) -> Label:
    return Label(
        item["datapoint_id"]["S"],
        item["evaluator_inference_id"]["S"],
        item["metric_name"]["S"],
        _canonical(json.loads(item["value"]["S"])),
    )


def _canonical(document: object) -> str:
    return json.dumps(document, sort_keys=True)
