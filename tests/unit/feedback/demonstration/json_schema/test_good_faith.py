"""Schemas as tools, documents of APIs and extractions have them: nothing about them is refused."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from feedback.demonstration.json_schema.budget import Budget
from feedback.demonstration.json_schema.validation import PROCESSOR
from feedback.demonstration.json_schema.validator import Validator
from shared.document import Json, dump
from shared.refusal import excerpt

FILES = sorted((Path(__file__).parent / "schemas").glob("*.json"))
VALIDATOR = Validator.within(128)
"""The smallest function's."""


def read(path: Path) -> tuple[str, list[Json], list[Json]]:
    """Read a schema, values that fit it, and values that do not."""
    case: dict[str, Any] = json.loads(path.read_text())
    return dump(case["schema"]), case["fits"], case["violates"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_first_violation_is_the_librarys(path: Path) -> None:
    """To the letter, and none is found where there is none."""
    schema, fits, violates = read(path)
    budget = Budget(PROCESSOR, 600)
    library = jsonschema_rs.validator_for(schema, offline=True)

    assert fits
    assert violates
    for value in fits:
        assert VALIDATOR.first_violation(schema, dump(value), budget) is None
    for value in violates:
        with pytest.raises(jsonschema_rs.ValidationError) as error:
            library.validate(value)
        pointer = "".join(f"/{step}" for step in error.value.instance_path)
        found = VALIDATOR.first_violation(schema, dump(value), budget)
        assert found is not None
        assert (found.message, found.pointer) == (excerpt(error.value.message), pointer)
        assert found.expected.startswith(json.dumps(error.value.schema_path[-1]))


def test_a_request_may_check_a_hundred_of_them() -> None:
    """All have one budget."""
    budget = Budget(PROCESSOR, 600)

    cases = [(schema, dump(value)) for schema, fits, _ in map(read, FILES) for value in fits]
    for schema, value in (cases * 100)[:100]:
        assert VALIDATOR.first_violation(schema, value, budget) is None
