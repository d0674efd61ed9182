"""What is sent and what is read: the fields of the API, typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Required, Self, TypeAlias, TypedDict
from uuid import UUID

from tensorzero_feedback.errors import FeedbackError

Json: TypeAlias = Any
"""Whatever JSON can say."""
Id: TypeAlias = str | UUID


class Feedback(TypedDict, total=False):
    """Feedback as it is given. It is about one of `inference_id` and `episode_id`."""

    metric_name: Required[str]
    """A configured metric, `comment` or `demonstration`."""
    value: Required[Json]
    """A boolean, a number, a text or what else the metric takes."""
    inference_id: Id | None
    episode_id: Id | None
    tags: Mapping[str, str] | None
    internal: bool | None
    """Whether tags may be reserved ones."""
    dryrun: bool | None
    """Whether to check only, and to store nothing."""
    idempotency_key: str | None
    """1 to 255 printable ASCII characters; a new one is made where there is none."""


class Inference(TypedDict, total=False):
    """An inference as it is recorded."""

    inference_id: Required[Id]
    """A UUIDv7."""
    episode_id: Required[Id]
    """A UUIDv7."""
    function_name: Required[str]
    variant_name: Required[str]
    additional_tools: Json
    allowed_tools: Json
    tool_choice: Json
    parallel_tool_calls: bool | None
    output_schema: Json
    output: Json


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one element of a batch: it has an `id`, or an `error`."""

    id: str | None
    """The feedback's id, or the inference's."""
    error: FeedbackError | None
    key: str | None = None
    """The idempotency key that was sent; an inference has none."""


Outcomes: TypeAlias = list[Outcome]


@dataclass(frozen=True, slots=True)
class StoredFeedback:
    """Feedback as it is stored."""

    id: str
    type: str
    """`boolean`, `float`, `comment` or `demonstration`."""
    metric_name: str
    """That of a comment is `comment`, that of a demonstration `demonstration`."""
    target_id: str
    """The inference or the episode that it is about."""
    value: bool | float | str
    """That of a demonstration is JSON, as a text."""
    tags: Mapping[str, str]
    timestamp: datetime
    """When it was given: the time in its id, to the millisecond."""
    row: Mapping[str, Any] = field(repr=False)
    """All that the API says of it, as it says it."""

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Self:
        """Read a row. Raises LookupError, TypeError, ValueError."""
        return cls(
            id=row["id"],
            type=row["type"],
            metric_name=row.get("metric_name", row["type"]),
            target_id=row["target_id"] if "target_id" in row else row["inference_id"],
            value=row["value"],
            tags=row["tags"],
            timestamp=datetime.fromisoformat(row["timestamp"]),
            row=row,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a target's feedback, the newest first."""

    feedback: list[StoredFeedback]
    next: str | None
    """The `before` of the next page if this page went to older feedback, the `after` if to newer.
    None: there is no more."""
