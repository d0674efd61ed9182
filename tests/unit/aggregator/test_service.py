"""Whatever happens, the aggregates are what a plain recomputation of the tables gives."""

import pytest

from tests.unit.aggregator.stage import Stage


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(60))
def test_any_history_is_counted_exactly(seed: int) -> None:
    """Feedback comes early, late, twice and changed; inferences before it and after."""
    _go_through(Stage(seed))


@pytest.mark.parametrize("seed", range(12))
def test_the_real_limits_hold_too(seed: int) -> None:
    """With batches as Lambda makes them."""
    stage = Stage(seed)
    stage.driver.most = 100
    _go_through(stage)


def _go_through(stage: Stage) -> None:
    for _ in range(4):
        stage.history.go_on(stage.chance.randrange(1, 25))
        stage.follow()
        stage.check()
    stage.history.publish_all()
    stage.follow()
    stage.check()
    assert stage.driver.queue == []
