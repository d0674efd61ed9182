"""Reads and checks the JSON Schema files that the configuration names."""

import json
from dataclasses import dataclass
from pathlib import Path

from configuration.node import Node
from configuration.value import type_name


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema that compiles; ``text`` is its file's content."""

    path: Path
    text: str
    document: object


# Stands where there is none, or none that can be used.
NO_SCHEMA = Schema(Path(), "", document=True)


class _RefusedError(Exception):
    """The schema cannot be used; the text says why."""


def read_schema(node: Node) -> Schema:
    """Read the schema whose path stands at ``node``, relative to the TOML file it stands in."""
    try:
        path = _locate(node)
        text = _text(path, node.key)
        return Schema(path, text, _compile(text, node))
    except _RefusedError as refused:
        node.refuse(str(refused))
        return NO_SCHEMA


def _locate(node: Node) -> Path:
    written, base = node.value, node.file.parent
    if not isinstance(written, str):
        raise _RefusedError(f"`{node.key}`: Expected a string, found {type_name(written)}")
    path = base / written
    try:
        path.stat()
    except OSError as error:
        raise _RefusedError(
            f"`{node.key}`: Failed to resolve path `{written}` (base: `{base}`): "
            f"{error.strerror} (os error {error.errno})"
        ) from None
    if path.is_dir():
        raise _RefusedError(
            f"`{node.key}`: Expected a file path, but '{path.resolve()}' is a directory. "
            "Please provide a path to a file."
        )
    return path


def _text(path: Path, key: str) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        reason = "stream did not contain valid UTF-8"
    raise _RefusedError(f"`{key}`: Failed to read file at {path.resolve()}: {reason}")


def _compile(text: str, node: Node) -> object:
    # Only a configuration that names a schema pays for the library.
    import jsonschema_rs  # noqa: PLC0415

    try:
        jsonschema_rs.validator_for(text, offline=True)
        document: object = json.loads(text)
        # 1e400 is a number to the library, and no double.
        json.dumps(document, allow_nan=False)
    except jsonschema_rs.ValidationError as error:
        reason = f"Failed to compile JSON Schema `{node.value}`: {error.message}"
    except ValueError as error:
        message = str(error).removeprefix("Invalid string: ")
        reason = f"Failed to parse JSON Schema `{node.value}`: {message}"
    else:
        return document
    raise _RefusedError(f"`{node.key}`: {reason}")
