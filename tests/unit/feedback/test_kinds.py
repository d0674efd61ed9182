"""Kinds: which values each takes, and how they are stored."""

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedback.kinds import boolean, comment, number, registry
from feedback.kinds.registry import UnknownMetric
from feedback.kinds.value import InvalidValue
from feedback.model import AmbiguousTarget, Kind, Level, Metric, Record, Target, WrongLevel
from shared.document import Json
from shared.items import Attribute
from shared.uuids import Uuid
from tests.unit.fakes import catalog

ID = Uuid("0192c4a0-7e00-7000-8000-000000000001")
VALUES: dict[str, Json] = {
    "null": None,
    "true": True,
    "false": False,
    "0": 0,
    "1": 1,
    "0.5": 0.5,
    "empty text": "",
    "text": "true",
    "array": [True],
    "object": {"value": 1},
}
TAKEN = {
    "boolean": {"true", "false"},
    "float": {"0", "1", "0.5"},
    "comment": {"empty text", "text"},
}
KINDS: dict[str, Kind[Any]] = {
    "boolean": boolean.KIND,
    "float": number.KIND,
    "comment": comment.KIND,
}
TEXTS = {
    "boolean": "Feedback value for metric `m` must be a boolean",
    "float": "Feedback value for metric `m` must be a number",
    "comment": "Feedback value for a comment must be a string",
}


def _stored(kind: Kind[Any], value: Json) -> Attribute:
    return kind.encode(kind.parse("m", value), Record(), catalog())


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_takes_its_own_type_and_no_other(kind: str, value: str) -> None:
    """Nothing is converted: 1 is not true, and "true" is not either."""
    if value in TAKEN[kind]:
        assert _stored(KINDS[kind], VALUES[value])
        return

    with pytest.raises(InvalidValue) as caught:
        KINDS[kind].parse("m", VALUES[value])

    assert str(caught.value) == TEXTS[kind]


@pytest.mark.parametrize("value", [True, False])
def test_a_boolean_is_stored_as_one(value: bool) -> None:
    """Not as a number or a text."""
    assert _stored(boolean.KIND, value) == {"BOOL": value}


@given(st.text())
def test_a_comment_is_stored_to_the_letter(text: str) -> None:
    """NUL among it."""
    assert _stored(comment.KIND, text) == {"S": text}


@given(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(1e-140, 1e-120)
    | st.floats(1e120, 1e130)
)
def test_every_number_that_is_admitted_fits_dynamodb(value: float) -> None:
    """38 digits, and magnitudes from 1e-130 to 9.99e125; and it is read back as it was."""
    try:
        attribute = _stored(number.KIND, value)
    except InvalidValue:
        assume(False)  # noqa: FBT003 - its only way to be called
    stored = Decimal(attribute["N"])

    assert len(stored.as_tuple().digits) <= 38
    assert stored == 0 or Decimal("1e-130") <= abs(stored) < Decimal("1e126")
    assert float(attribute["N"]) == float(value)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (1e-130, "1e-130"),
        (-1e-130, "-1e-130"),
        (math.nextafter(1e126, 0), "9.999999999999998e+125"),
        (-math.nextafter(1e126, 0), "-9.999999999999998e+125"),
        (9007199254740993, "9007199254740992.0"),
        (2**64 - 1, "1.8446744073709552e+19"),
        (0.1, "0.1"),
    ],
)
def test_a_number_is_stored_as_a_64_bit_float(value: float, stored: str) -> None:
    """An integer too, as in TensorZero."""
    assert _stored(number.KIND, value) == {"N": stored}


@pytest.mark.parametrize("value", [0, 0.0, -0.0])
def test_zero_has_no_sign(value: float) -> None:
    """DynamoDB knows one zero only."""
    assert _stored(number.KIND, value) == {"N": "0.0"}


@pytest.mark.parametrize(
    "value", [1e126, -1e126, 1e300, math.nextafter(1e-130, 0), -5e-324, 2.2e-308]
)
def test_a_number_that_no_table_holds_is_refused(value: float) -> None:
    """In words that say which ones it does."""
    with pytest.raises(InvalidValue) as caught:
        number.KIND.parse("m", value)

    assert str(caught.value) == (
        "Feedback value for metric `m` must be 0 or have a magnitude from 1e-130 to 9.99e125"
    )


@pytest.mark.parametrize(
    ("name", "kind", "level"),
    [
        ("liked", boolean.KIND, Level.INFERENCE),
        ("resolved", boolean.KIND, Level.EPISODE),
        ("distance", number.KIND, Level.INFERENCE),
        ("rating", number.KIND, Level.EPISODE),
        ("comment", comment.KIND, None),
    ],
)
def test_a_metric_is_looked_up_by_its_name(name: str, kind: Kind[Any], level: Level | None) -> None:
    """Configured, or built in."""
    assert registry.metric(catalog(), name) == Metric(name, kind, level)


@pytest.mark.parametrize("name", ["", "Liked", " liked", "liked ", "nope", "Comment", "liked\x00"])
def test_an_unknown_metric_is_refused(name: str) -> None:
    """The name is exact."""
    with pytest.raises(UnknownMetric) as caught:
        registry.metric(catalog(), name)

    assert str(caught.value) == f"Unknown metric: {name}"


def test_a_long_unknown_name_is_cut() -> None:
    """It is the caller's text."""
    with pytest.raises(UnknownMetric) as caught:
        registry.metric(catalog(), "x" * 100_000)

    assert len(str(caught.value)) < 300


def test_every_kind_has_a_module_and_a_table_of_its_own() -> None:
    """A new one is a new module and a line in the registry."""
    kinds = [*registry.TYPES.values(), *(metric.kind for metric in registry.BUILT_IN.values())]
    folder = Path(registry.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "metric", "registry"}

    assert len({kind.table for kind in kinds}) == len(kinds) == len(modules)


TARGETS = {
    Level.INFERENCE: Target(Level.INFERENCE, ID),
    Level.EPISODE: Target(Level.EPISODE, ID),
}


@pytest.mark.parametrize("given", [Level.INFERENCE, Level.EPISODE, None])
@pytest.mark.parametrize("level", [Level.INFERENCE, Level.EPISODE])
def test_a_metric_takes_the_id_of_its_level(level: Level, given: Level | None) -> None:
    """And no other, nor none."""
    metric = Metric("m", boolean.KIND, level)
    ids = {
        "inference_id": ID if given is Level.INFERENCE else None,
        "episode_id": ID if given is Level.EPISODE else None,
    }
    if given is level:
        assert metric.target(**ids) == TARGETS[level]
        return

    with pytest.raises(WrongLevel) as caught:
        metric.target(**ids)

    assert str(caught.value) == f'Correct ID was not provided for feedback level "{level}".'


def test_a_comment_takes_either_id() -> None:
    """One of them has to be there."""
    metric = Metric("comment", comment.KIND, None)

    assert metric.target(ID, None) == TARGETS[Level.INFERENCE]
    assert metric.target(None, ID) == TARGETS[Level.EPISODE]
    with pytest.raises(AmbiguousTarget) as caught:
        metric.target(None, None)
    assert str(caught.value) == "Exactly one of inference_id or episode_id must be provided"
