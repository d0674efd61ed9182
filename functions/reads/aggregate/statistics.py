"""What is said of some values: read from their exact sums, in 64 bits."""

from collections.abc import Mapping
from typing import NamedTuple

from aggregates.exact import moments


class Statistics(NamedTuple):
    """How many values there are, at least one, and how they lie."""

    number: int
    mean: float
    variance: float | None
    """Of the sample; None for one value."""


def statistics(sums: Mapping[str, int]) -> Statistics | None:
    """Read sums; None where nothing is counted.

    Counters that are read while a value moves from one to another may hold it twice, or not at
    all. Then what no values have is left out: a count below 1, a variance below 0.
    """
    if sums.get("n", 0) < 1:
        return None
    counted = moments(sums)
    variance = counted.variance
    return Statistics(
        counted.number, counted.mean, None if variance is None else max(variance, 0.0)
    )
