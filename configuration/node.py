"""A place in the merged configuration: reads what it holds, and notes what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TypeVar

from configuration.findings import Findings
from configuration.keys import VERSION, Keys
from configuration.source import Key, Source, Table
from configuration.spelling import meant
from configuration.value import describe, one_of, type_name

_Option = TypeVar("_Option", bound=str)
_Kind = TypeVar("_Kind", str, bool)

_EXPECTED = {str: "a string", bool: "a boolean"}


@dataclass(frozen=True, slots=True)
class Node:
    """One place in the configuration.

    Reading goes on after a problem, so that one build reports them all. What a reader then returns
    is a placeholder of the right type: nobody may use the result if there are problems.
    """

    source: Source
    findings: Findings
    value: object
    at: Key = ()

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.at[-1]

    @property
    def key(self) -> str:
        """The whole key, as messages show it."""
        return ".".join(self.at)

    @property
    def file(self) -> Path:
        """The first file in which this key appears."""
        return self.source.origins[self.at]

    @property
    def table(self) -> Table:
        """What this place holds if it is a table."""
        return self.value if isinstance(self.value, dict) else {}

    def refuse(self, reason: str) -> None:
        """Note a problem whose text says itself what it is about."""
        self.findings.problems.append(f"{self.file}: {reason}")

    def refuse_here(self, reason: str) -> None:
        """Note a problem of this key."""
        self.refuse(f"{self.key}: {reason}")

    def refuse_type(self, expected: str) -> None:
        """Note that something else was expected here."""
        self.refuse_here(f"invalid type: {describe(self.value)}, expected {expected}")

    def warn_here(self, reason: str) -> None:
        """Note what is odd about this key, and no reason to refuse it."""
        self.findings.warnings.append(f"{self.file}: {self.key}: {reason}")

    def check_keys(self, keys: Keys) -> None:
        """Refuse each key of this table that is a misspelling of one that feedback reads.

        Any other that TensorZero does not have is a warning: a newer TensorZero may have it.
        """
        for child in self.children():
            if child.name in keys.known:
                continue
            intended = meant(child.name, keys.known)
            hint = "" if intended is None else f"; did you mean `{intended}`?"
            if intended in keys.read:
                child.refuse_here(f"unknown field `{child.name}`{hint}")
            else:
                release = f"which TensorZero {VERSION} does not have"
                child.warn_here(f"unknown field `{child.name}`, {release}{hint}")

    def children(self) -> Iterator[Self]:
        """Iterate over what this table holds."""
        return (self._child(name) for name in self.table)

    def get(self, name: str) -> Self | None:
        """Return what this table has under ``name``."""
        return self._child(name) if name in self.table else None

    def need(self, name: str) -> Self | None:
        """Return what this table must have under ``name``."""
        child = self.get(name)
        if child is None:
            self.refuse_here(f"missing field `{name}`")
        return child

    def tables(self, name: str) -> Iterator[Self]:
        """Iterate over the tables that the table under ``name`` holds, if it is there."""
        section = self.get(name)
        if section is not None and section.is_table():
            yield from (child for child in section.children() if child.is_table())

    def is_table(self) -> bool:
        """Return whether this is a table, as it must be."""
        if not isinstance(self.value, dict):
            self.refuse(f"`{self.key}`: Expected a table, found {type_name(self.value)}")
        return isinstance(self.value, dict)

    def read(self, name: str, kind: type[_Kind], default: _Kind) -> _Kind:
        """Return the optional string or boolean under ``name``."""
        child = self.get(name)
        if child is None:
            return default
        if not isinstance(child.value, kind):
            child.refuse_type(_EXPECTED[kind])
            return default
        return child.value

    def choose(self, name: str, options: tuple[_Option, ...]) -> _Option:
        """Return the option under ``name``."""
        child = self.need(name)
        if child is None:
            return options[0]
        if not isinstance(child.value, str):
            child.refuse_here("invalid type: unit variant, expected string only")
            return options[0]
        return child.pick(child.value, options)

    def tag(self, options: tuple[_Option, ...]) -> _Option:
        """Return the option under ``type``, which decides what else this table may hold."""
        value = self.table.get("type")
        if not isinstance(value, str):
            self.refuse_here("TensorZeroDerive: missing tag field `type`")
            return options[0]
        return self.pick(value, options)

    def pick(self, value: str, options: tuple[_Option, ...]) -> _Option:
        """Return the option that is ``value``."""
        for option in options:
            if option == value:
                return option
        self.refuse_here(f"unknown variant `{value}`, expected {one_of(options)}")
        return options[0]

    def _child(self, name: str) -> Self:
        return replace(self, value=self.table[name], at=(*self.at, name))
