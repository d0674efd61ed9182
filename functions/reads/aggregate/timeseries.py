"""The time series of a metric: of each variant, all its feedback up to the end of each period."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from aggregates import periods
from aggregates.counters import ALL, SUPERSEDED
from aggregates.exact import Amounts, add
from aggregates.layout import DEMONSTRATION
from aggregates.periods import Minute, Window
from reads.aggregate import confidence, counts
from reads.aggregate.answer import require_returnable, returnable
from reads.aggregate.counts import Sums, Wanted
from reads.aggregate.statistics import statistics
from reads.aggregate.store import Store
from reads.aggregate.timeseries_request import Ask

_ADVICE = "ask for fewer periods by `max_periods`, or for fewer variants by `variant_names`"


class _Point(NamedTuple):
    """A variant at the end of a period: what is counted up to then."""

    period_end: Minute
    variant: str
    sums: Amounts


def timeseries(store: Store, ask: Ask) -> dict[str, Any]:
    """Answer what is asked for. Raises AnswerTooLarge, StorageUnavailable."""
    if ask.variants == frozenset():
        return {"timeseries": []}
    counted = store.of_one_generation(lambda generation: _read(store, generation, ask))
    points = sorted(_points(counted, ask), key=lambda point: point[:2])
    require_returnable(len(points), _ADVICE)
    rows = [row for point in points for row in _rows(point)]
    return {"timeseries": returnable(rows, _ADVICE)}


def _read(store: Store, generation: int, ask: Ask) -> Sums:
    """Read what is counted in each hour; in each minute instead where minutes may be shown."""
    parts = [
        (series, shard)
        for series, shard in store.series(generation, ask.function, ask.metric)
        if series.kind != DEMONSTRATION
    ]
    groups = ALL + SUPERSEDED if ask.latest else ALL
    hours = counts.sums(store, generation, parts, counts.days(groups, ask.variants))
    begins = [place.begin for place, amounts in hours.items() if _counts(place, amounts)]
    if ask.window is not Window.MINUTE or not begins:
        return hours
    last = max(begins)
    first = max(periods.start(Window.HOUR, last - ask.max_periods), min(begins))
    detailed = Wanted(
        f"h{periods.hour_name(first)}", f"h{periods.hour_name(last)}0", groups, ask.variants
    )
    minutes = counts.sums(store, generation, parts, detailed)
    before = {place: amounts for place, amounts in hours.items() if place.begin < first}
    return before | minutes


def _counts(place: counts.Place, amounts: Amounts) -> bool:
    """Whether there is feedback of that time: where there is none, there is no point."""
    return place.group == ALL and amounts.get("n", 0) > 0


def _points(counted: Sums, ask: Ask) -> Iterator[_Point]:
    """Yield the points within the window, in no order."""
    variants: dict[str, dict[Minute, list[tuple[str, Amounts]]]] = {}
    ends = set[Minute]()
    for place, amounts in counted.items():
        end = _end(ask.window, place.begin)
        variants.setdefault(place.variant, {}).setdefault(end, []).append((place.group, amounts))
        if _counts(place, amounts):
            ends.add(end)
    if not ends:
        return
    first = periods.shifted(ask.window, max(ends), -ask.max_periods)
    for variant, by_end in variants.items():
        yield from (point for point in _accumulated(variant, by_end) if point.period_end >= first)


def _accumulated(
    variant: str, by_end: Mapping[Minute, Iterable[tuple[str, Amounts]]]
) -> Iterator[_Point]:
    """Yield the sums up to the end of each period in which there is feedback."""
    sums: Amounts = {}
    for end in sorted(by_end):
        has_feedback = 0
        for group, amounts in by_end[end]:
            add(sums, amounts, 1 if group == ALL else -1)
            has_feedback += amounts.get("n", 0) if group == ALL else 0
        if has_feedback > 0:
            yield _Point(end, variant, dict(sums))


def _end(length: Window, moment: Minute) -> Minute:
    return periods.shifted(length, periods.start(length, moment), 1)


def _rows(point: _Point) -> Iterator[dict[str, Any]]:
    found = statistics(point.sums)
    if found is None:
        return
    margin = None if found.variance is None else confidence.margin(found.number, found.variance)
    yield {
        "period_end": periods.spelled(point.period_end),
        "variant_name": point.variant,
        "mean": found.mean,
        "variance": found.variance,
        "count": found.number,
        "alpha": confidence.ALPHA,
        "cs_lower": None if margin is None else found.mean - margin,
        "cs_upper": None if margin is None else found.mean + margin,
    }
