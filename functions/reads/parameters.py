"""Parameters of a query: each is text, and is refused by its name."""

import re
from collections.abc import Mapping

from shared.document import found
from shared.fields import InvalidField, MissingField

LARGEST_INTEGER = 2**32 - 1
"""The greatest integer."""

_INTEGER = re.compile(r"\+?0*([0-9]{1,10})")
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|[+-]?(?:inf|infinity|nan)",
    re.IGNORECASE | re.ASCII,
)


def required(parameters: Mapping[str, str], name: str) -> str:
    """Return a parameter that must be there. Raises MissingField."""
    if name not in parameters:
        raise MissingField(f"missing field `{name}`")
    return parameters[name]


def integer(name: str, text: str) -> int:
    """Read an integer of 32 bits. Raises InvalidField."""
    digits = _INTEGER.fullmatch(text)
    if digits is None or (value := int(digits[1])) > LARGEST_INTEGER:
        raise InvalidField(
            f"{name}: expected an integer from 0 to {LARGEST_INTEGER}, found {found(text)}"
        )
    return value


def number(name: str, text: str) -> float:
    """Read a number of 64 bits. Raises InvalidField."""
    if _NUMBER.fullmatch(text) is None:
        raise InvalidField(f"{name}: expected a number, found {found(text)}")
    return float(text)


def choice(name: str, text: str, options: tuple[str, ...]) -> str:
    """Read one of some words. Raises InvalidField."""
    if text not in options:
        expected = ", ".join(f"`{option}`" for option in options)
        raise InvalidField(f"{name}: expected one of {expected}, found {found(text)}")
    return text
