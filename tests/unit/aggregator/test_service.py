"""Whatever happens, the aggregates are what a plain recomputation of the tables gives."""

import pytest

from tests.unit.aggregator.stage import Stage


@pytest.mark.parametrize("seed", range(100))
def test_any_history_is_counted_exactly(seed: int) -> None:
    """Feedback comes early, late, twice and changed; inferences before it and after."""
    stage = Stage(seed)
    for _ in range(4):
        stage.history.go_on(stage.chance.randrange(1, 25))
        stage.follow()
        stage.check()
    stage.history.publish_all()
    stage.follow()
    stage.check()
    assert stage.driver.queue == []
