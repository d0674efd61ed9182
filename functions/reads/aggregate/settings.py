"""Functions and metrics of the configuration, read when the first of these requests comes."""

import json
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from feedback.functions import UnknownFunction
from feedback.kinds.registry import UnknownMetric
from shared.catalog import Catalog
from shared.refusal import Refusal, excerpt
from shared.reserved import DEFAULT_FUNCTION


class UnknownVariant(Refusal):
    """The function has no such variant in the configuration."""

    code = "unknown_variant"
    status = HTTPStatus.NOT_FOUND


class Function(NamedTuple):
    """A function of the configuration."""

    type: str
    """`chat` or `json`."""
    variants: frozenset[str]

    def require(self, variant: str) -> None:
        """Raise UnknownVariant if it is none of the function's."""
        if variant not in self.variants:
            raise UnknownVariant(f"Unknown variant: {excerpt(variant)}")


class Metric(NamedTuple):
    """A metric of the configuration."""

    kind: str
    level: str
    optimize: str
    """`max` or `min`: which values are the better ones."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Functions and metrics by their names."""

    functions: dict[str, Function]
    metrics: dict[str, Metric]

    def function(self, name: str) -> Function:
        """Look a function up. Raises UnknownFunction."""
        if name not in self.functions:
            raise UnknownFunction(name)
        return self.functions[name]

    def metric(self, name: str) -> Metric:
        """Look a configured metric up. Raises UnknownMetric, for the built-in names too."""
        if name not in self.metrics:
            raise UnknownMetric(f"Unknown metric: {excerpt(name)}")
        return self.metrics[name]


def settings(catalog: Catalog) -> Settings:
    """Return what the configuration says."""
    functions, optimize = _read(catalog.folder)
    metrics = {
        name: Metric(kind, level, optimize[name]) for name, (kind, level) in catalog.metrics.items()
    }
    return Settings(functions, metrics)


@lru_cache(maxsize=8)
def _read(folder: Path) -> tuple[dict[str, Function], dict[str, str]]:
    """Read `variants.json` of a compiled configuration, once an environment."""
    document = json.loads((folder / "variants.json").read_bytes())
    functions = {DEFAULT_FUNCTION: Function("chat", frozenset())}
    for name, (kind, variants) in document["functions"].items():
        functions[name] = Function(kind, frozenset(variants))
    return functions, document["optimize"]
