"""How long the periods of a time series are, so that all its data is shown, as finely as may be."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tensorzero_feedback import Point
from tensorzero_feedback.variants import Period

Ask: TypeAlias = Callable[[Period, int], Sequence[Point]]
"""Reads the points of a window: of the last period that has any, and of so many before it."""

_SECONDS: dict[Period, int] = {
    "month": 31 * 86_400,
    "week": 7 * 86_400,
    "day": 86_400,
    "hour": 3_600,
    "minute": 60,
}
"""From long to short; of a month, the longest."""
_MONTHS = 1_200
"""How many months are asked for: a hundred years."""


def finest(ask: Ask, periods: int) -> tuple[Period, Sequence[Point]]:
    """Read a series in the shortest periods of which so many hold all the data; months if none do.

    Shorter ones are asked for only where they may do, so that no answer is much too long.
    """
    window: Period = "month"
    points = ask(window, _MONTHS)
    for finer, seconds in [*_SECONDS.items()][1:]:
        longest = _span(points, window)
        # The data may begin when the first period ends, and end when the last one begins.
        shortest = longest - 2 * _SECONDS[window]
        if not points or shortest > periods * seconds:
            break
        found = ask(finer, -(-longest // seconds))
        if _span(found, finer) > periods * seconds:
            break
        window, points = finer, found
    return window, points


def _span(points: Sequence[Point], window: Period) -> int:
    """Return the seconds from when the first period begins to when the last one ends."""
    ends = [point.period_end for point in points]
    return int((max(ends) - min(ends)).total_seconds()) + _SECONDS[window] if ends else 0
