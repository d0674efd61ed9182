"""Counters that are read while feedback moves from one to another, or that it has left again."""

from pathlib import Path
from typing import Any

import pytest

from aggregates import layout
from aggregates.layout import Series
from reads.aggregate.keys import METRICS, PERFORMANCES, TIMESERIES
from tests.support.memory import Memory
from tests.unit.reads.aggregate.plain import Metric
from tests.unit.reads.aggregate.stage import Reads, catalog

SERIES = Series("f", "flag", "boolean", "inference")
QUERY = {"function_name": "f", "metric_name": "flag", "time_window": "hour", "max_periods": "9"}


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Read a table that has one day's counter in each of two shards."""
    memory = Memory()
    for shard, amounts in ((0, {"a10": 1, "x11": 1, "l10": 1}), (1, {"a10": -1, "a12": 1})):
        memory.put_item(TableName="aggregate", Item=layout.series_item(1, SERIES, shard))
        key = layout.counter_key(1, SERIES, shard, "d2026-03-02", "a")
        counts = {f"{slot}n": {"N": str(n)} for slot, n in amounts.items()}
        zero = {"d": {"N": "0"}, "l10n": {"N": "-2"}} if shard else {}
        item = {**key, "variant": {"S": "a"}, **counts, **zero}
        memory.put_item(TableName="aggregate", Item=item)
    known = {"flag": Metric("boolean", "inference", "max")}
    return Reads(memory, catalog(tmp_path, known))


@pytest.mark.parametrize(("rows", "counts"), [("all", [1]), ("latest", [])])
def test_a_series_has_no_point_where_nothing_is_counted(
    reads: Reads, rows: str, counts: list[int]
) -> None:
    """Neither where there is no feedback, nor where all of it would be superseded."""
    status, answer = reads.get(TIMESERIES, {**QUERY, "rows": rows})

    assert status == 200
    assert [point["count"] for point in answer["timeseries"]] == counts


def test_nothing_is_said_of_a_variant_without_feedback(reads: Reads) -> None:
    """It had some, or is to have some."""
    query = {"metric_name": "flag", "time_window": "hour"}
    metric: dict[str, Any] = {"function_name": "f", "metric_name": "flag"}

    assert reads.get(PERFORMANCES, query, function="f") == (200, {"performances": []})
    assert reads.get(METRICS, {}, function="f") == (
        200,
        {"metrics": [{**metric, "metric_type": "boolean", "feedback_count": 1}]},
    )


@pytest.mark.parametrize(
    ("amounts", "listed"),
    [({"c": 1}, [0]), ({"c": 2, "a10": -1}, [0]), ({"a10": 1}, [1]), ({"c": 0, "a10": -1}, [])],
)
def test_a_metric_of_episodes_is_listed_if_any_variant_has_some(
    amounts: dict[str, int], listed: list[int], tmp_path: Path
) -> None:
    """Feedback on episodes of several variants is counted for none of them; none is the least."""
    memory, series = Memory(), SERIES._replace(level="episode")
    memory.put_item(TableName="aggregate", Item=layout.series_item(1, series, 0))
    key = layout.counter_key(1, series, 0, "d2026-03-02", "a")
    counts = {f"{slot}n": {"N": str(n)} for slot, n in amounts.items()}
    memory.put_item(TableName="aggregate", Item={**key, "variant": {"S": "a"}, **counts})
    reads = Reads(memory, catalog(tmp_path, {"flag": Metric("boolean", "episode", "max")}))

    status, answer = reads.get(METRICS, {"level": "all"}, function="f")

    assert (status, answer["metrics"]) == (200, [])
    assert [row["feedback_count"] for row in answer["episode_metrics"]] == listed
