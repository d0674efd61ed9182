"""Writes a configuration as the package that the Lambdas read: the config layer."""

import json
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from configuration.function import Function
from configuration.loading import Configuration
from configuration.schema import Schema

_PACKAGE = '"""The configuration in force, compiled from the files in source/."""\n'


def is_replaceable(folder: Path) -> bool:
    """Return whether ``write`` may put the layer there: nothing but an older layer is replaced."""
    return not folder.exists() or (
        folder.is_dir() and ((folder / "catalog.json").is_file() or not any(folder.iterdir()))
    )


def write(configuration: Configuration, folder: Path) -> None:
    """Write the package ``folder``, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        new = Path(scratch, "new")
        new.mkdir()
        (new / "__init__.py").write_text(_PACKAGE, encoding="utf-8")
        (new / "catalog.json").write_bytes(_compact(to_catalog(configuration)))
        (new / "functions.json").write_bytes(_compact(to_functions(configuration)))
        (new / "variants.json").write_bytes(_compact(to_variants(configuration)))
        _copy_sources(configuration, new / "source")
        if folder.exists():
            folder.rename(Path(scratch, "old"))
        new.rename(folder)


def to_catalog(configuration: Configuration) -> dict[str, object]:
    """Build catalog.json: what a metric or a comment needs."""
    return {
        "snapshot_hash": configuration.snapshot_hash,
        "observability": configuration.gateway.observability,
        "target_validation": configuration.gateway.target_validation,
        "debug": configuration.gateway.debug,
        "metrics": {
            name: [metric.type, metric.level]
            for name, metric in sorted(configuration.metrics.items())
        },
    }


def to_functions(configuration: Configuration) -> dict[str, object]:
    """Build functions.json: what a demonstration needs besides; schemas as JSON texts."""
    return {
        "functions": {
            name: _to_function(function)
            for name, function in sorted(configuration.functions.items())
        },
        "tools": {
            key: {"name": tool.name, "parameters": _text(tool.parameters)}
            for key, tool in sorted(configuration.tools.items())
        },
    }


def to_variants(configuration: Configuration) -> dict[str, object]:
    """Build variants.json: what reads over a function's inferences need besides."""
    return {
        "functions": {
            name: [function.type, sorted(function.variants)]
            for name, function in sorted(configuration.functions.items())
        },
        "optimize": {
            name: metric.optimize for name, metric in sorted(configuration.metrics.items())
        },
    }


def _to_function(function: Function) -> dict[str, object]:
    if function.type == "chat":
        return {"type": "chat", "tools": function.tools}
    schema = function.output_schema
    return {"type": "json", "output_schema": "{}" if schema is None else _text(schema)}


def _text(schema: Schema) -> str:
    return _compact(schema.document).decode()


def _compact(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _copy_sources(configuration: Configuration, folder: Path) -> None:
    read = (*configuration.files, *configuration.schemas)
    sources = {path.resolve() for path in read}
    root = os.path.commonpath([path.parent for path in sources])
    for path in sources:
        copy = folder / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
