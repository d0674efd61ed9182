"""Lists what a configuration holds, by name."""

from collections.abc import Iterator, Mapping

from configuration.function import Function
from configuration.loading import Configuration


def summary(configuration: Configuration) -> str:
    """Return lines: the files, the metrics, the functions and the tools, sorted, and the hash."""
    parts = {
        "file": dict.fromkeys(map(str, configuration.files), ""),
        "metric": {
            name: f"{metric.type}, {metric.level}" for name, metric in configuration.metrics.items()
        },
        "function": {
            name: _function(function) for name, function in configuration.functions.items()
        },
        "tool": {
            key: "" if tool.name == key else f"called {tool.name}"
            for key, tool in configuration.tools.items()
        },
    }
    lines = [line for kind, things in parts.items() for line in _part(kind, things)]
    return "\n".join([*lines, f"snapshot {configuration.snapshot_hash}"])


def _part(kind: str, things: Mapping[str, str]) -> Iterator[str]:
    yield f"{len(things)} {kind}{'' if len(things) == 1 else 's'}"
    width = max(map(len, things), default=0)
    for name, what in sorted(things.items()):
        yield f"  {name:{width}}  {what}".rstrip()


def _function(function: Function) -> str:
    if function.type == "chat":
        return ", ".join(["chat", *(f"tool {tool}" for tool in function.tools)])
    schema = function.output_schema
    return "json" if schema is None else f"json, schema {schema.path}"
