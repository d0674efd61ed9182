"""Fields of a JSON object: read in the document's order, so that the first wrong one is reported.

Types are strict and the texts TensorZero's: `inference_id: invalid type: integer `5`,
expected a formatted UUID string`.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from shared import uuids
from shared.document import Json, found
from shared.refusal import Refusal, excerpt
from shared.uuids import Uuid

Field: TypeAlias = Callable[[str, Json], Any]
"""(the field's path, its value) to what it means; raises InvalidField."""


class InvalidField(Refusal):
    """A field has the wrong type or form."""

    code = "invalid_field"


class UnknownField(Refusal):
    """A field that the request does not have."""

    code = "unknown_field"


class MissingField(Refusal):
    """A required field is absent."""

    code = "missing_field"


def read(document: Json, known: Mapping[str, Field], required: tuple[str, ...]) -> dict[str, Any]:
    """Read an object's fields. Raises InvalidField, UnknownField, MissingField."""
    if not isinstance(document, dict):
        raise InvalidField(f"invalid type: {found(document)}, expected a JSON object")
    values = {name: _known(name, known)(name, value) for name, value in document.items()}
    for name in required:
        if name not in values:
            raise MissingField(f"missing field `{name}`")
    return values


def read_known(
    document: Json, known: Mapping[str, Field], required: tuple[str, ...]
) -> dict[str, Any]:
    """Read the fields that are known; others are ignored. Raises InvalidField, MissingField."""
    if isinstance(document, dict):
        document = {name: value for name, value in document.items() if name in known}
    return read(document, known, required)


def anything(_path: str, value: Json) -> Json:
    """Take any JSON value."""
    return value


def boolean(path: str, value: Json) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise _wrong_type(path, value, "a boolean")
    return value


def text(path: str, value: Json) -> str:
    """Take a string."""
    if not isinstance(value, str):
        raise _wrong_type(path, value, "a string")
    return value


def texts(path: str, value: Json) -> dict[str, str]:
    """Take an object whose values are strings."""
    if not isinstance(value, dict):
        raise _wrong_type(path, value, "a map")
    for key, entry in value.items():
        if not isinstance(entry, str):
            raise _wrong_type(f"{path}.{excerpt(key)}", entry, "a string")
    return cast("dict[str, str]", value)


def uuid(path: str, value: Json) -> Uuid:
    """Take a UUID in any of its spellings."""
    if not isinstance(value, str):
        raise _wrong_type(path, value, "a formatted UUID string")
    parsed = uuids.parse(value)
    if parsed is None:
        raise InvalidField(
            f"{path}: UUID parsing failed: expected 32 hexadecimal digits, "
            f"with or without hyphens, found {found(value)}"
        )
    return parsed


def optional(take: Field) -> Field:
    """Take null as well, as if the field were absent."""
    return lambda path, value: None if value is None else take(path, value)


def _known(name: str, known: Mapping[str, Field]) -> Field:
    field = known.get(name)
    if field is None:
        names = f"{'one of ' if len(known) > 1 else ''}{', '.join(f'`{name}`' for name in known)}"
        shown = excerpt(name)
        raise UnknownField(f"{shown}: unknown field `{shown}`, expected {names}")
    return field


def _wrong_type(path: str, value: Json, expected: str) -> InvalidField:
    return InvalidField(f"{path}: invalid type: {found(value)}, expected {expected}")
