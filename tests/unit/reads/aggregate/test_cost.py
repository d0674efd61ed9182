"""What reads cost in calls and units of DynamoDB, over a year of hours."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregates import layout, periods
from aggregates.counters import Counts, Point
from aggregates.layout import Series
from aggregates.periods import Window
from aggregates.roles import Role, points
from reads.aggregate.answer import AnswerTooLarge, require_returnable
from reads.aggregate.keys import INFERENCE_COUNT, METRICS, PERFORMANCES, TIMESERIES
from reads.size import MAX_ANSWER
from shared.items import Item
from tests.support.memory import Memory
from tests.unit.reads.aggregate.plain import Metric
from tests.unit.reads.aggregate.stage import Reads, catalog

HOURS = 365 * 24
VARIANTS = ("baseline", "shorter", "friendly")
KNOWN = {
    "flag": Metric("boolean", "inference", "max"),
    "score": Metric("float", "inference", "max"),
}


def counters(
    series: Series, hours: int, values: tuple[dict[str, int], ...], variants: tuple[str, ...]
) -> Iterator[Item]:
    """Yield the counters of so many hours, in each of which every variant has these values."""
    counts, begin = Counts(), periods.parse("2025-01-01")
    for number in range(hours):
        minute = begin + 60 * number
        for variant in variants:
            for value in values:
                counts.at_point(series, Point(variant, "a", Window.HOUR, minute), value)
                counts.at_point(series, Point(variant, "x", Window.HOUR, minute), {"n": 1})
            role = Role("f", "inference", 1, ((variant, (minute,)),))
            for point in points(role):
                if point.window is not Window.MINUTE:
                    counts.at_point(series, point, values[0])
    yield layout.series_item(1, series, 0)
    for counter, amounts in counts.items():
        key = layout.counter_key(1, series, 0, counter.period, counter.variant)
        named = {name: {"N": str(amount)} for name, amount in amounts.items()}
        yield {**key, "variant": {"S": counter.variant}, **named}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Reads:
    """Count a year of a boolean and of a float; a page is as large as DynamoDB's."""
    memory = Memory(page=1_000_000)
    flag = ({"n": 30, "s0": 17, "q0": 17},)
    score = ({"n": 7, "s0": 21, "sm1": 43210987654321098765, "q0": 65, "qm1": 9, "qm2": 10**19},)
    for metric, kind, values in (("flag", "boolean", flag), ("score", "float", score)):
        for item in counters(Series("f", metric, kind, "inference"), HOURS, values, VARIANTS):
            memory.put_item(TableName="aggregate", Item=item)
    return Reads(memory, catalog(tmp_path_factory.mktemp("configuration"), KNOWN), clients=1)


def cost(reads: Reads, route: str, query: dict[str, str], **path: str) -> tuple[int, float]:
    """Ask a route; give its calls and units. None of them scans."""
    reads.tables.calls.clear()
    reads.tables.read_units = 0
    status, answer = reads.get(route, query, **path)
    assert status == 200, answer
    assert {*reads.tables.calls} <= {"GetItem", "Query"}
    return len(reads.tables.calls), reads.tables.read_units


@pytest.mark.parametrize(
    ("metric", "wanted"), [("flag", (5, 376)), ("score", (7, 973))], ids=["boolean", "float"]
)
def test_a_year_of_hours_costs_so_much(year: Reads, metric: str, wanted: tuple[int, float]) -> None:
    """8,760 hours of three variants: two calls for the state, one for the series, then pages."""
    query = {
        "function_name": "f",
        "metric_name": metric,
        "time_window": "hour",
        "max_periods": "8759",
        "variant_names": "baseline,shorter",
    }
    assert cost(year, TIMESERIES, query) == wanted
    assert cost(year, TIMESERIES, {**query, "time_window": "month"}) == wanted
    performance = {"metric_name": metric, "time_window": "cumulative"}
    assert cost(year, PERFORMANCES, performance, function="f") == wanted


def test_the_metrics_of_a_function_cost_all_its_counters(year: Reads) -> None:
    """Of both metrics."""
    assert cost(year, METRICS, {}, function="f") == (9, 1_346)


def test_counts_cost_the_counters_or_what_is_remembered(year: Reads) -> None:
    """Of a boolean on inferences, counters; of a float, 16 partitions, here empty."""
    assert cost(year, INFERENCE_COUNT, {}, function="f", metric="flag") == (5, 376)
    assert cost(year, INFERENCE_COUNT, {}, function="f", metric="score") == (18, 18)


LONG = tuple(f"{letter * 1_000}" for letter in "abc")
"""Names that make few points take as much as many."""


@pytest.fixture
def large(tmp_path: Path) -> Reads:
    """Count 2,000 hours of variants with long names."""
    memory = Memory(page=1_000_000)
    series = Series("f", "flag", "boolean", "inference")
    for item in counters(series, 2_000, ({"n": 30, "s0": 17, "q0": 17},), LONG):
        memory.put_item(TableName="aggregate", Item=item)
    return Reads(memory, catalog(tmp_path, KNOWN))


def test_an_answer_that_lambda_could_not_return_is_refused(large: Reads) -> None:
    """The text says what to ask for instead; almost as much is returned."""
    series = {"function_name": "f", "metric_name": "flag", "time_window": "hour"}
    for periods_ in ("1999", "4294967295"):
        status, answer = large.get(TIMESERIES, {**series, "max_periods": periods_})
        assert (status, answer["code"]) == (400, "answer_too_large")
        assert "fewer periods by `max_periods`" in answer["error"]
    status, answer = large.get(TIMESERIES, {**series, "max_periods": "1599"})
    assert (status, len(answer["timeseries"])) == (200, 3 * 1_600)
    assert len(json.dumps(answer)) > 0.9 * MAX_ANSWER

    performance = {"metric_name": "flag", "time_window": "hour"}
    status, answer = large.get(PERFORMANCES, performance, function="f")
    assert (status, answer["code"]) == (400, "answer_too_large")
    assert "longer periods by `time_window`" in answer["error"]
    performance["time_window"] = "day"
    assert large.get(PERFORMANCES, performance, function="f")[0] == 200


def test_far_too_many_rows_are_refused_before_they_are_made() -> None:
    """A year of minutes would take a minute."""
    require_returnable(60_000, "ask for less")

    with pytest.raises(AnswerTooLarge, match="6000000 bytes: ask for less"):
        require_returnable(60_001, "ask for less")
