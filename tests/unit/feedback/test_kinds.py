"""Kinds: which values each takes, and what is stored of them."""

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedback.kinds import boolean, comment, number, registry
from feedback.kinds.registry import UnknownMetric
from feedback.kinds.value import InvalidValue
from feedback.model import Kind, Level, Metric
from shared.document import Json
from shared.items import to_attribute
from tests.unit.fakes import catalog

ANYTHING: list[Json] = [None, True, False, 0, 1, 0.5, "", "true", [True], {"value": 1}]
TAKEN: list[tuple[Kind[Any], list[Json], str]] = [
    (boolean.KIND, [True, False], "for metric `m` must be a boolean"),
    (number.KIND, [0, 1, 0.5], "for metric `m` must be a number"),
    (comment.KIND, ["", "true"], "for a comment must be a string"),
]


@pytest.mark.parametrize("value", ANYTHING, ids=repr)
@pytest.mark.parametrize(("kind", "taken", "text"), TAKEN, ids=[one[0].name for one in TAKEN])
def test_a_kind_takes_its_own_type_and_no_other(
    kind: Kind[Any], taken: list[Json], text: str, value: Json
) -> None:
    """Nothing is converted: 1 is not true, and "true" is not either."""
    if repr(value) in map(repr, taken):
        assert kind.parse("m", value) == value
        return

    with pytest.raises(InvalidValue) as caught:
        kind.parse("m", value)

    assert str(caught.value) == f"Feedback value {text}"


@given(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(1e-140, 1e-120)
    | st.floats(1e120, 1e130)
)
def test_every_number_that_is_taken_fits_dynamodb(value: float) -> None:
    """38 digits, and magnitudes from 1e-130 to 9.99e125; it is a 64-bit float, as in TensorZero."""
    try:
        number_ = number.KIND.parse("m", value)
    except InvalidValue:
        assume(False)  # noqa: FBT003 - its only way to be called
    stored = Decimal(to_attribute(number_)["N"])

    assert type(number_) is float
    assert number_ == float(value)
    assert len(stored.as_tuple().digits) <= 38
    assert stored == 0 or Decimal("1e-130") <= abs(stored) < Decimal("1e126")


@pytest.mark.parametrize("value", [1e-130, math.nextafter(1e126, 0)])
def test_the_smallest_and_the_largest_numbers_are_taken(value: float) -> None:
    """The next ones, towards zero and beyond, are refused in words that name the bounds."""
    beyond = math.nextafter(value, 0 if value < 1 else math.inf)

    for sign in (1, -1):
        assert number.KIND.parse("m", sign * value) == sign * value
        with pytest.raises(InvalidValue, match=r"`m` must be 0 or .* from 1e-130 to 9.99e125$"):
            number.KIND.parse("m", sign * beyond)


@pytest.mark.parametrize("value", [0, 0.0, -0.0])
def test_zero_has_no_sign(value: float) -> None:
    """DynamoDB knows one zero only."""
    assert repr(number.KIND.parse("m", value)) == "0.0"


def test_every_kind_is_known_by_its_name() -> None:
    """It is the key of its table, and, of a configured metric, its type."""
    assert {name: kind.name for name, kind in registry.KINDS.items()} == {
        name: name for name in registry.KINDS
    }


@pytest.mark.parametrize(
    ("name", "kind", "level"),
    [
        ("liked", boolean.KIND, Level.INFERENCE),
        ("rating", number.KIND, Level.EPISODE),
        ("comment", comment.KIND, None),
        ("demonstration", registry.KINDS["demonstration"], Level.INFERENCE),
    ],
)
def test_a_metric_is_looked_up_by_its_name(name: str, kind: Kind[Any], level: Level | None) -> None:
    """Configured, or built in."""
    assert registry.metric(catalog(), name) == Metric(name, kind, level)


@pytest.mark.parametrize("name", ["", "Liked", " liked", "liked ", "Comment", "liked\x00"])
def test_an_unknown_metric_is_refused(name: str) -> None:
    """The name must be exact; a long one is cut."""
    with pytest.raises(UnknownMetric) as caught:
        registry.metric(catalog(), name)
    with pytest.raises(UnknownMetric) as long:
        registry.metric(catalog(), name * 100_000 + "x" * 1_000)

    assert str(caught.value) == f"Unknown metric: {name}"
    assert len(str(long.value)) < 300
