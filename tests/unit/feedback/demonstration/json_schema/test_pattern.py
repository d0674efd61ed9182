"""What patterns weigh: by the time that the slowest of their size takes."""

from typing import TYPE_CHECKING

import pytest

from feedback.demonstration.json_schema.pattern import weigh_patterns

if TYPE_CHECKING:
    from shared.document import Json


@pytest.mark.parametrize(
    ("pattern", "weight"),
    [
        (r"^\d{4}-\d{2}-\d{2}$", 512),
        ("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", 2048),
        ("^[a-zA-Z0-9_-]{1,64}$", 8192),
        (r"^\p{L}+$", 32_768),
        ("(a{100}){60}b", 131_072),
        ("^.{1,1000}$", 1_000_000_000),
        ("^(?=.*[A-Z])(?=.*[0-9]).+$", 40_000),
        (r"(a|b)\1", 40_000),
        ("(?=[a-z]{300})", 1_000_000_000),
        ("(?=a)" + "a" * 500, 1_000_000_000),
        ("(", 1_000_000_000),
    ],
)
def test_a_pattern_weighs_as_its_program_is_large(pattern: str, weight: int) -> None:
    """One that looks around is run again and again; one that is too large is not to be applied."""
    document: dict[str, Json] = {
        "properties": {"a": [{"pattern": pattern}]},
        "patternProperties": {pattern: {}},
    }

    assert weigh_patterns(document) == {pattern: weight}


def test_what_is_no_pattern_weighs_nothing() -> None:
    """A property may have the name of a keyword."""
    assert weigh_patterns({"properties": {"pattern": {}, "patternProperties": [1]}}) == {}
