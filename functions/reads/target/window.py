"""Which part of a list is asked for: `limit`, and `before` or `after` a place in the order."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from shared import fields
from shared.document import found
from shared.fields import InvalidField
from shared.refusal import Refusal
from shared.uuids import Uuid

MAX_LIMIT = 2**32 - 1
"""The greatest `limit`; an answer holds far less, and says where to go on."""

_DEFAULT_LIMIT = 100
_INTEGER = re.compile(r"\+?0*([0-9]{1,10})")


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
        limit = _limit(parameters["limit"]) if "limit" in parameters else _DEFAULT_LIMIT
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


def _limit(text: str) -> int:
    digits = _INTEGER.fullmatch(text)
    if digits is None or (limit := int(digits[1])) > MAX_LIMIT:
        raise InvalidField(f"limit: expected an integer from 0 to {MAX_LIMIT}, found {found(text)}")
    return limit
