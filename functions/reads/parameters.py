"""Parameters of a query: each is text, and is refused by its name."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.document import found
from shared.fields import InvalidField, MissingField

LARGEST_INTEGER = 2**32 - 1
"""The greatest integer."""

_INTEGER = re.compile(r"\+?0*([0-9]{1,10})")
_NUMBER = re.compile(
    r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|[+-]?(?:inf|infinity|nan)",
    re.IGNORECASE | re.ASCII,
)


class Query(Mapping[str, str]):
    """The parameters of an event. To look at one that is given twice raises InvalidField."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        """Take them out of an event: API Gateway joins the values of a parameter by commas."""
        self._values: Mapping[str, str] = event.get("queryStringParameters") or {}
        self._raw: str = event.get("rawQueryString") or ""

    def __getitem__(self, name: str) -> str:
        """Return a parameter's value."""
        value = self._values[name]
        if "," in value and (times := self._times(name)) > 1:
            raise InvalidField(f"{name}: expected once, found {times} times")
        return value

    def __iter__(self) -> Iterator[str]:
        """Give the parameters' names."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the parameters."""
        return len(self._values)

    def _times(self, name: str) -> int:
        from urllib.parse import parse_qsl  # noqa: PLC0415 - hardly a query pays for it

        return sum(one == name for one, _ in parse_qsl(self._raw, keep_blank_values=True))


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
