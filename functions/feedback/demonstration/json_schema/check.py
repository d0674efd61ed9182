"""The check of a value against a JSON Schema, and what comes of it."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from shared.refusal import Refusal


class InvalidSchema(Refusal):
    """A recorded schema that does not compile, or takes too much time or memory."""

    code = "invalid_schema"


class Violation(NamedTuple):
    """The first thing in a value that violates a schema."""

    message: str
    """In the words of TensorZero's library, cut to what an answer may repeat."""
    pointer: str
    """The JSON pointer to its place in the value (RFC 6901), cut as well."""
    expected: str
    """The keyword that is violated and its value, as JSON: `"type": "string"`; cut as well."""


Check: TypeAlias = Callable[[str, str], Violation | None]
"""(schema, value), both JSON texts, to the first violation. Raises InvalidSchema."""
