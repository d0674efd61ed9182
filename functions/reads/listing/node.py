"""Objects within a request: each field is refused by its path."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from reads.parameters import LARGEST_INTEGER
from shared import fields
from shared.document import Json, found
from shared.fields import InvalidField, MissingField

_EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Node:
    """An object within a request, and where it is."""

    def __init__(self, path: str, values: Mapping[str, Json]) -> None:
        """Take both."""
        self.path = path
        self._values = values

    @classmethod
    def at(cls, path: str, value: Json) -> "Node":
        """Read an object. Raises InvalidField."""
        if not isinstance(value, dict):
            raise InvalidField(f"{path}: invalid type: {found(value)}, expected a map")
        return cls(path, value)

    def take(self, name: str, field: fields.Field) -> Any:  # noqa: ANN401 - what the field gives
        """Read a field that must be there. Raises InvalidField, MissingField."""
        if name not in self._values:
            raise MissingField(f"{self.path}: missing field `{name}`")
        return field(f"{self.path}.{name}", self._values[name])

    def text(self, name: str) -> str:
        """Read a text. Raises InvalidField, MissingField."""
        text: str = self.take(name, fields.text)
        return text

    def choice(self, name: str, options: Iterable[str]) -> str:
        """Read one of some words. Raises InvalidField, MissingField."""
        word: str = self.take(name, choice(options))
        return word


def time(path: str, value: Json) -> float:
    """Take a moment in RFC 3339, as milliseconds since 1970."""
    text = fields.text(path, value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _no_time(path, text) from error
    if moment.tzinfo is None:
        raise _no_time(path, text)
    return (moment - _EPOCH) / _MILLISECOND


def _no_time(path: str, text: str) -> InvalidField:
    return InvalidField(f"{path}: expected a time in RFC 3339, found {found(text)}")


def number(path: str, value: Json) -> float:
    """Take a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidField(f"{path}: invalid type: {found(value)}, expected f64")
    return float(value)


def sequence(path: str, value: Json) -> list[Json]:
    """Take an array."""
    if not isinstance(value, list):
        raise InvalidField(f"{path}: invalid type: {found(value)}, expected a sequence")
    return value


def integer(path: str, value: Json) -> int:
    """Take an integer of 32 bits."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or value not in range(LARGEST_INTEGER + 1)
    ):
        expected = f"expected an integer from 0 to {LARGEST_INTEGER}"
        raise InvalidField(f"{path}: invalid value: {found(value)}, {expected}")
    return value


def choice(options: Iterable[str]) -> fields.Field:
    """Take one of some words."""

    def take(path: str, value: Json) -> str:
        text = fields.text(path, value)
        if text not in options:
            names = ", ".join(f"`{option}`" for option in options)
            raise InvalidField(f"{path}: unknown variant {found(text)}, expected {names}")
        return text

    return take
