"""JSON Schema, by the library that TensorZero uses: what in a value violates a schema.

Schemas come with data. They reach neither the network nor files, and what they may cost is
bounded: in compiling, in the patterns they match, in the schemas they apply.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from feedback.effort import Effort, Measure, measure
from runtime.document import Json
from runtime.errors import InvalidSchema, excerpt

if TYPE_CHECKING:
    from jsonschema_rs import Validator

MAX_TEXT = 256 * 1024
"""The longest schema, in characters."""
MAX_PATTERNS = 200
"""How many regular expressions a schema may have."""
MAX_WORK = 10_000_000
"""Work times parts that a validation may ask for: well under half a second."""
MAX_EXPLANATION = 20_000
"""Work times parts for which alternatives are explained one by one: half a second."""
BACKTRACKS = 10_000
"""How often a pattern that looks around may go back, in one string."""

_PROGRAM = 256 * 1024
"""How large a compiled pattern may be, in bytes."""
_WORD = 16
"""As many characters take a keyword as long as one part."""
_EXPLAINED = 2000
"""As many characters take as long to copy as one explanation does."""
_UNIT = {"multipleOf": 50, "pattern": 50, "format": 20}
"""Keywords that take longer than others."""
_LISTED = {"enum": 10, "const": 10, "required": 1, "dependentRequired": 1, "dependencies": 1}
"""Keywords that take as long as what they list is large, and how much longer."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    validator: "Validator"
    effort: Effort
    backtracks: bool
    explains: bool
    """Whether an error holds further errors: of the alternatives that all failed."""


def violation(schema: str, value: Json) -> str | None:
    """Say what in the value violates the schema first, in the library's words, or None.

    Raises InvalidSchema if the schema does not compile, or asks for too much work.
    """
    compiled = _compile(schema)
    size = measure(value)
    _bound(compiled, size)
    if compiled.validator.is_valid(value):
        return None
    return _explain(compiled, size, value)
