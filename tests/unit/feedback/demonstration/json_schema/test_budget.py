"""Budgets: what is left is shared fairly, and ends."""

import pytest

from feedback.demonstration.json_schema.budget import LEAST, Budget
from tests.unit.fakes import ManualTime


def test_each_half_leaves_something_for_the_next() -> None:
    """Of the processor time and of the time until the deadline."""
    time = ManualTime()
    budget = Budget(1.0, 8.0, time.now)

    time.sleep(4)
    half = budget.half()
    assert (half.processor, half.time_left) == (0.5, 2.0)

    time.sleep(2)
    assert (half.time_left, budget.time_left) == (0.0, 2.0)


@pytest.mark.parametrize(
    ("processor", "time_left", "spent"),
    [
        (1, 1, False),
        (LEAST, LEAST, False),
        (LEAST / 2, 1, True),
        (1, LEAST / 2, True),
        (1, -1, True),
    ],
)
def test_a_budget_is_spent_when_either_of_its_times_is(
    processor: float, time_left: float, spent: bool
) -> None:
    """Or nearly."""
    time = ManualTime(0.0)

    assert Budget(processor, time_left, time.now).is_spent is spent
