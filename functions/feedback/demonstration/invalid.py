"""The refusal that the rules of demonstrations have in common."""

from typing import cast

from shared.document import Json, found
from shared.refusal import Refusal


class InvalidDemonstration(Refusal):
    """A demonstration that its function could not have answered."""

    code = "invalid_demonstration"

    def at(self, pointer: str, expected: str, value: object) -> "InvalidDemonstration":
        """Add the detail: the JSON pointer into the demonstration, what was expected and found.

        `value` is the demonstration.
        """
        self.detail = {"pointer": pointer, "expected": expected, "found": _found(value, pointer)}
        return self


def _found(value: object, pointer: str) -> str:
    """Describe what the pointer leads to; the last place on its way, where it was cut."""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            break
    return found(cast("Json", value))
