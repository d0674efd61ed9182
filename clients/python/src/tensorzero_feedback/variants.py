"""What is read of a function and its variants: counts, means, confidence sequences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self, TypeAlias

Period: TypeAlias = Literal["minute", "hour", "day", "week", "month"]
"""How long periods are, in UTC."""
Window: TypeAlias = Literal[Period, "cumulative"]
"""The same; `cumulative` is one period for all time."""
Level: TypeAlias = Literal["inference", "episode"]
"""What feedback is about."""
Rows: TypeAlias = Literal["all", "latest"]
"""Whether every feedback counts, or of each target the latest."""


@dataclass(frozen=True, slots=True)
class MetricCount:
    """How much feedback a function has on a metric."""

    metric_name: str
    """`demonstration` for demonstrations."""
    type: str | None
    """`boolean`, `float` or `demonstration`; None if the metric is not configured any longer."""
    count: int
    """How many feedbacks, each of them counted; none on episodes of several variants."""
    level: Level
    """On what they are: a metric whose level was changed may have feedback on both."""
    row: Mapping[str, Any] = field(repr=False)
    """All that the API says of it, as it says it."""

    @classmethod
    def parse(cls, row: Mapping[str, Any], level: Level) -> Self:
        """Read a row. Raises LookupError, TypeError."""
        return cls(row["metric_name"], row.get("metric_type"), row["feedback_count"], level, row)

    @classmethod
    def parse_all(cls, answer: Mapping[str, Any]) -> list[Self]:
        """Read an answer: a stack that is older has no metrics of episodes. Raises as `parse`."""
        episode_metrics = answer.get("episode_metrics", ())
        return [
            *(cls.parse(row, "inference") for row in answer["metrics"]),
            *(cls.parse(row, "episode") for row in episode_metrics),
        ]


@dataclass(frozen=True, slots=True)
class Performance:
    """How a variant did in a period of its inferences; booleans count as 0 and 1."""

    variant_name: str
    period_start: datetime
    """1970 for all time."""
    count: int
    """How many targets, each with its latest feedback."""
    mean: float
    margin: float | None
    """The 95 % interval is the mean, plus and minus this; None for one target."""
    row: Mapping[str, Any] = field(repr=False)
    """All that the API says of it, as it says it."""

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Self:
        """Read a row. Raises LookupError, TypeError, ValueError."""
        return cls(
            row["variant_name"],
            datetime.fromisoformat(row["period_start"]),
            row["count"],
            row["avg_metric"],
            row.get("ci_error"),
            row,
        )


@dataclass(frozen=True, slots=True)
class Point:
    """How a variant stood at the end of a period, by all feedback since the first."""

    variant_name: str
    period_end: datetime
    """The first moment after the period."""
    count: int
    mean: float
    lower: float | None
    """The 95 % confidence sequence; None for one feedback."""
    upper: float | None
    row: Mapping[str, Any] = field(repr=False)
    """All that the API says of it, as it says it."""

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Self:
        """Read a row. Raises LookupError, TypeError, ValueError."""
        return cls(
            row["variant_name"],
            datetime.fromisoformat(row["period_end"]),
            row["count"],
            row["mean"],
            row["cs_lower"],
            row["cs_upper"],
            row,
        )


@dataclass(frozen=True, slots=True)
class RecordedInference:
    """An inference of a function."""

    id: str
    episode_id: str
    variant_name: str
    row: Mapping[str, Any] = field(repr=False)
    """All that the API says of it, as it says it."""

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> Self:
        """Read a row. Raises LookupError, TypeError."""
        return cls(row["inference_id"], row["episode_id"], row["variant_name"], row)
