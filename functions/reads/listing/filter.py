"""Filters of inferences: by the latest feedback on a metric, by demonstrations, by their time."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from aggregates import layout
from aggregates.inference import Inference
from shared import uuids
from shared.items import Item


class Sought(NamedTuple):
    """A metric, and whose feedback on it counts."""

    metric: str
    level: str
    """`inference` or `episode`."""


Votes: TypeAlias = Mapping[tuple[Sought, str], Item]
"""What is remembered of feedback, by metric and target; nothing where there is none."""


class Value(NamedTuple):
    """Whether the latest feedback of a kind passes; without any, it does not."""

    sought: Sought
    kind: str
    test: Callable[[float], bool]
    """A boolean is 1 or 0."""


class Demonstrated(NamedTuple):
    """Whether there is a demonstration."""

    wanted: bool


class Made(NamedTuple):
    """Whether the inference's time, in whole milliseconds since 1970, lies between two."""

    first: int
    last: int
    """Both included."""


class All(NamedTuple):
    """Whether all filters pass."""

    children: tuple["Filter", ...]


class Some(NamedTuple):
    """Whether a filter passes."""

    children: tuple["Filter", ...]


class Not(NamedTuple):
    """Whether a filter does not pass."""

    child: "Filter"


Filter: TypeAlias = Value | Demonstrated | Made | All | Some | Not

DEMONSTRATION = Sought(layout.DEMONSTRATION, "inference")
EVER = Made(0, 2**48 - 1)
"""All times that an id can have."""


def sought(filter_: Filter) -> Iterator[Sought]:
    """Yield the metrics that a filter looks at."""
    match filter_:
        case Value():
            yield filter_.sought
        case Demonstrated():
            yield DEMONSTRATION
        case All() | Some():
            for child in filter_.children:
                yield from sought(child)
        case Not():
            yield from sought(filter_.child)


def span(filter_: Filter) -> Made:
    """Return between which moments all inferences lie that pass."""
    match filter_:
        case Made():
            return filter_
        case All():
            spans = [span(child) for child in filter_.children]
            first = max((one.first for one in spans), default=EVER.first)
            return Made(first, min((one.last for one in spans), default=EVER.last))
        case _:
            return EVER


def passes(filter_: Filter, candidate: Inference, votes: Votes) -> bool:
    """Whether an inference passes."""
    match filter_:
        case Value():
            value = latest(filter_.sought, filter_.kind, candidate, votes)
            result = value is not None and filter_.test(value)
        case Demonstrated():
            number = latest(DEMONSTRATION, DEMONSTRATION.metric, candidate, votes)
            result = (number is not None) == filter_.wanted
        case Made():
            result = filter_.first <= uuids.milliseconds(candidate.id) <= filter_.last
        case All():
            result = all(passes(child, candidate, votes) for child in filter_.children)
        case Some():
            result = any(passes(child, candidate, votes) for child in filter_.children)
        case _:
            result = not passes(filter_.child, candidate, votes)
    return result


def latest(of: Sought, kind: str, candidate: Inference, votes: Votes) -> float | None:
    """Return the latest value of a kind that counts for an inference; None if there is none."""
    item = votes.get((of, candidate.target(of.level)), {})
    return float(item[kind]["N"]) if kind in item else None
