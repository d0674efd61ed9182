"""Which part of a list is asked for: `limit`, and `before` or `after` a place in the order."""

from collections.abc import Mapping
from typing import NamedTuple

from reads import parameters as read
from shared import fields
from shared.refusal import Refusal
from shared.uuids import Uuid

MAX_LIMIT = read.LARGEST_INTEGER
"""The greatest `limit`; an answer holds far less, and says where to go on."""

_DEFAULT_LIMIT = 100


class AmbiguousCursor(Refusal):
    """Both `before` and `after`."""

    code = "ambiguous_cursor"


class Window(NamedTuple):
    """A part of a list whose order is that of ids."""

    limit: int = _DEFAULT_LIMIT
    cursor: Uuid | None = None
    """A place in the order: no row need have this id, and the row that has it is not shown."""
    newer: bool = False
    """Whether the rows nearest to the cursor among the newer ones are asked for."""

    @classmethod
    def parse(cls, parameters: Mapping[str, str], listing: str) -> "Window":
        """Read a query's parameters; others are ignored. Raises InvalidField, AmbiguousCursor.

        `listing` is TensorZero's name of the list, for its text.
        """
        limit = _DEFAULT_LIMIT
        if "limit" in parameters:
            limit = read.integer("limit", parameters["limit"])
        cursors = {
            name: fields.uuid(name, parameters[name])
            for name in ("before", "after")
            if name in parameters
        }
        if len(cursors) > 1:
            raise AmbiguousCursor(f"Cannot specify both before and after in {listing}")
        for name, cursor in cursors.items():
            return cls(limit, cursor, newer=name == "after")
        return cls(limit)
