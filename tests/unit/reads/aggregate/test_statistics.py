"""What is said of values: the specification's check values, and sums that are read half moved."""

import pytest

from aggregates import exact
from reads.aggregate.confidence import margin
from reads.aggregate.statistics import statistics


@pytest.mark.parametrize(
    ("count", "variance", "wanted"),
    [
        (2, 0.5, 4.337628),
        (3, 1 / 3, 2.891752),
        (4, 1 / 3, 2.202599),
        (10, 0, 0.825990),
        (60, 0.02950017, 0.149751),
        (100, 0.25, 0.161333),
    ],
)
def test_a_margin_is_that_of_the_specification(count: int, variance: float, wanted: float) -> None:
    """Section 8.4."""
    assert margin(count, variance) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(
    ("count", "variance"), [(2, 2e252), (10**9, 1e-260), (10**12, 1e251), (2, 0)]
)
def test_a_margin_is_finite_for_all_that_can_be_stored(count: int, variance: float) -> None:
    """A value is less than 1e126, and a count is one of feedback."""
    assert 0 < margin(count, variance) < 1e130


@pytest.mark.parametrize("sums", [{}, {"n": 0, "s0": 1}, {"n": -1, "s0": -1, "q0": -1}])
def test_nothing_is_said_of_no_values(sums: dict[str, int]) -> None:
    """Not of fewer than none either: one has left before another came."""
    assert statistics(sums) is None


def test_a_value_read_half_moved_makes_no_variance_below_zero() -> None:
    """Two values whose squares are not there yet."""
    assert statistics({"n": 2, "s0": 4, "q0": 1}) == (2, 2.0, 0.0)


def test_large_means_keep_their_variance() -> None:
    """What is subtracted is exact."""
    values = [exact.amounts(text) for text in ("1e15", "1000000000000001", "1000000000000002")]

    assert statistics(exact.total(values)) == (3, 1000000000000001.0, 1.0)
