"""Reads the configuration's files and merges them, remembering where each value came from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import tomli

from configuration.error import ConfigurationError
from configuration.pattern import find
from configuration.value import type_name

Key: TypeAlias = tuple[str, ...]
Table: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Source:
    """The merged configuration; ``origins`` has the first file in which each key appears."""

    files: tuple[Path, ...]
    table: Table
    origins: dict[Key, Path]


def read(pattern: str) -> Source:
    """Read and merge the files that ``pattern`` names."""
    source = Source(find(pattern), {}, {})
    tables: list[Table] = []
    problems: list[str] = []
    for file in source.files:
        try:
            tables.append(parse(file))
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(*problems)
    for file, table in zip(source.files, tables, strict=True):
        _merge(source.table, table, file, source.origins)
    return source


def parse(file: Path) -> Table:
    """Parse one file, or raise a ``ConfigurationError``."""
    try:
        # TensorZero skips a byte order mark.
        return tomli.loads(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        reason = f"Failed to read config file `{file}`: stream did not contain valid UTF-8"
    except tomli.TOMLDecodeError as error:
        reason = (
            "Failed to parse config file as valid TOML: "
            f"TOML parse error at line {error.lineno}, column {error.colno}: {error.msg}"
        )
    raise ConfigurationError(f"{file}: {reason}")


def _merge(target: Table, table: Table, file: Path, origins: dict[Key, Path], at: Key = ()) -> None:
    for name, value in table.items():
        key = (*at, name)
        first = origins.setdefault(key, file)
        there = target.setdefault(name, {} if isinstance(value, dict) else value)
        if isinstance(there, dict) and isinstance(value, dict):
            _merge(there, value, file, origins, key)
        elif isinstance(there, dict):
            raise ConfigurationError(
                f"`{'.'.join(key)}`: Cannot merge `{type_name(value)}` from file `{file}` "
                f"into a table from file `{first}`"
            )
        elif first != file:
            raise ConfigurationError(
                f"`{'.'.join(key)}`: Found duplicate values in globbed TOML config files "
                f"`{first}` and `{file}`"
            )
