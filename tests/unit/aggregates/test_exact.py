"""Sums are exact: of any numbers that DynamoDB holds, added and taken away in any order."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates import exact
from tests.unit.aggregates.strategies import NUMBERS

LIMB = 10**20


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_moments_are_those_of_the_numbers(numbers: list[str]) -> None:
    """The sum and the sum of squares as fractions; mean and variance are rounded once."""
    values = [Fraction(number) for number in numbers]
    found = exact.moments(exact.total(map(exact.amounts, numbers)))
    n, unit = len(values), Fraction(10) ** found.exponent
    mean = sum(values) / n

    assert found.number == n
    assert found.total * unit == sum(values)
    assert found.squares * unit**2 == sum(value**2 for value in values)
    assert found.mean == float(mean)
    if n == 1:
        assert found.variance is None
    else:
        assert found.variance == float(sum((value - mean) ** 2 for value in values) / (n - 1))


@given(NUMBERS)
def test_what_is_taken_away_again_leaves_nothing(number: str) -> None:
    """Not even a field that is 0."""
    sums = exact.amounts(number)
    exact.add(sums, exact.amounts(number), -1)

    assert sums == {}


@given(NUMBERS)
def test_each_limb_is_small(number: str) -> None:
    """A value adds less than 10^20 to each, so that 10^18 of them fit into 38 digits."""
    assert all(abs(amount) < LIMB for amount in exact.amounts(number).values())


def test_a_boolean_has_one_limb() -> None:
    """A counter is as small as can be."""
    assert exact.amounts("1") == {"n": 1, "s0": 1, "q0": 1}
    assert exact.amounts("0") == {"n": 1}
    assert exact.amounts("0.5") == {"n": 1, "sm1": LIMB // 2, "qm1": LIMB // 4}


def test_what_is_no_number_is_refused() -> None:
    """DynamoDB has none such."""
    with pytest.raises(TypeError, match="finite"):
        exact.amounts("NaN")
