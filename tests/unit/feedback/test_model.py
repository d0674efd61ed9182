"""Metrics: which target each is about."""

import pytest

from feedback.kinds import boolean, comment
from feedback.model import AmbiguousTarget, Level, Metric, Target, WrongLevel
from tests.unit.fakes import uuid7

ID = uuid7(1)
IDS = {Level.INFERENCE: (ID, None), Level.EPISODE: (None, ID), None: (None, None)}
"""Ids as a request has them: (inference's, episode's)."""


@pytest.mark.parametrize("given", IDS)
@pytest.mark.parametrize("level", Level)
def test_a_metric_takes_the_id_of_its_level(level: Level, given: Level | None) -> None:
    """And no other, nor none."""
    metric = Metric("m", boolean.KIND, level)
    if given is level:
        assert metric.target(*IDS[given]) == Target(level, ID)
        return

    with pytest.raises(WrongLevel) as caught:
        metric.target(*IDS[given])

    assert str(caught.value) == f'Correct ID was not provided for feedback level "{level}".'


def test_a_comment_takes_either_id() -> None:
    """It must have one."""
    metric = Metric("comment", comment.KIND, None)

    for level in Level:
        assert metric.target(*IDS[level]) == Target(level, ID)
    with pytest.raises(AmbiguousTarget) as caught:
        metric.target(None, None)
    assert str(caught.value) == "Exactly one of inference_id or episode_id must be provided"
