"""What the aggregator's calls cost: write units of DynamoDB, counted as it counts them."""

import pytest

from tests.unit.aggregator.history import DAY, HOUR, MINUTE, History
from tests.unit.aggregator.stage import Stage
from tools.costs import ALONE, READS, RECORDED, TOGETHER, WRITES


def _cost(stage: Stage) -> int:
    """Bring what is new in batches as large as Lambda's; return the write units."""
    before = stage.tables.write_units
    records, stage.streams.records = stage.streams.records, []
    for start in range(0, len(records), 100):
        assert stage.handle(records[start : start + 100]) == {"batchItemFailures": []}
    return stage.tables.write_units - before


def _recorded(seed: int = 1, inferences: int = 1) -> tuple[Stage, History]:
    stage = Stage(seed)
    history = stage.history
    history.orderly = True
    for _ in range(inferences):
        history.record()
    history.publish_all()
    _cost(stage)
    history.recent = inferences
    return stage, history


@pytest.mark.parametrize("late", [0, MINUTE, HOUR, DAY, 40 * DAY])
@pytest.mark.parametrize("seed", range(4))
def test_a_lone_vote_on_a_quiet_metric_costs_ten_write_units_at_most(seed: int, late: int) -> None:
    """The unit, and two counters at the time of the inference and at its own."""
    stage, history = _recorded(seed)
    history.metrics = (("score", "float"),)
    for _ in range(6):  # until both the inference and its episode had their first
        history.vote()
        assert _cost(stage) <= WRITES[ALONE] == 10

    history.now += late
    history.vote()
    before = stage.tables.read_units

    assert _cost(stage) <= WRITES[ALONE]
    assert stage.tables.read_units - before <= READS[ALONE]
    stage.check()


def test_the_first_vote_of_all_costs_eleven_at_most() -> None:
    """Once a series, that it is there is written too; here an inference's, a day later."""
    stage, history = _recorded()
    history.metrics = (("score", "float"),)
    history.now += DAY
    history.vote()

    assert _cost(stage) == 11


@pytest.mark.parametrize(("metric", "kind"), [("flag", "boolean"), ("score", "float")])
def test_a_vote_costs_three_write_units_at_most_where_batches_are_full(
    metric: str, kind: str
) -> None:
    """A thousand votes on as many inferences within ten minutes, a hundred a batch."""
    stage, history = _recorded(inferences=1000)
    history.metrics = ((metric, kind),)
    for _ in range(1000):
        history.now += 600
        history.vote()

    before = stage.tables.read_units
    cost = _cost(stage) / 1000

    assert cost <= WRITES[TOGETHER] == 3, cost
    assert (stage.tables.read_units - before) / 1000 <= READS[TOGETHER]
    stage.check()


def test_recording_an_inference_costs_two_write_units() -> None:
    """It is listed by its episode and by its function."""
    stage, history = _recorded()
    history.record()
    history.publish_all()
    before = stage.tables.read_units

    assert _cost(stage) == RECORDED["write"] == 2
    assert stage.tables.read_units - before == RECORDED["read"]


def test_a_record_that_comes_again_writes_nothing() -> None:
    """What is remembered says that it is counted."""
    stage, history = _recorded()
    history.go_on(30)
    records = [*stage.streams.records]
    _cost(stage)

    stage.streams.records = [one for one in records if "metric_name" in str(one)]
    assert stage.streams.records
    assert _cost(stage) == 0
