"""The configuration as it was compiled into the config layer: what feedback needs of it."""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

PACKAGE = "tensorzero_config"
"""The config layer's package; Lambda puts a layer's `python` folder on the path."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The settings and metrics in force, checked when the layer was built."""

    snapshot_hash: str
    observability: bool
    target_validation: bool
    debug: bool
    metrics: dict[str, tuple[str, str]]
    """Name to (type, level), evaluators' metrics among them."""
    folder: Path
    """Where the rest of it lies, which only demonstrations need."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read `catalog.json` of a compiled configuration."""
        document: dict[str, Any] = json.loads((folder / "catalog.json").read_bytes())
        return cls(**document, folder=folder)

    @classmethod
    def bundled(cls) -> Self:
        """Read the configuration of the config layer. Raises ModuleNotFoundError without one."""
        return cls.load(bundle())


def bundle() -> Path:
    """Find the folder of the config layer. Raises ModuleNotFoundError where there is none."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"No package {PACKAGE!r} on the path: is the config layer attached?"
        )
    return Path(spec.origin).parent
