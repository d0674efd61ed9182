"""Compiles a configuration into what feedback needs of it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from configuration.error import ConfigurationError
from configuration.evaluator import read_evaluators
from configuration.function import Function, read_functions
from configuration.gateway import Gateway, read_gateway
from configuration.metric import Metric, read_metrics
from configuration.node import Node
from configuration.schema import Schema
from configuration.source import Table, read
from configuration.tool import Tool, read_tools


@dataclass(frozen=True, slots=True)
class Catalog:
    """A configuration that is in order; ``sources`` are the files that it was read from."""

    snapshot_hash: str
    gateway: Gateway
    metrics: dict[str, Metric]
    functions: dict[str, Function]
    tools: dict[str, Tool]
    sources: tuple[Path, ...]


def load(pattern: str) -> Catalog:
    """Read and check the files that ``pattern`` names, or raise a ``ConfigurationError``."""
    source = read(pattern)
    problems: list[str] = []
    root = Node(source, problems, source.table)
    gateway, metrics, tools = read_gateway(root), read_metrics(root), read_tools(root)
    functions = read_functions(root, tools)
    evaluators = list(read_evaluators(root))
    if problems:
        # Functions are read twice, for themselves and for their evaluators.
        raise ConfigurationError(*dict.fromkeys(problems))
    schemas = {("tools", name): tool.parameters for name, tool in tools.items()} | {
        ("functions", name): function.output_schema
        for name, function in functions.items()
        if function.output_schema is not None
    }
    return Catalog(
        _snapshot_hash(source.table, schemas),
        gateway,
        metrics | {evaluator.metric_name: evaluator.metric for evaluator in evaluators},
        functions | {one.judge: Function("json") for one in evaluators if one.judge is not None},
        tools,
        (*source.files, *(schema.path for schema in schemas.values())),
    )


def _snapshot_hash(table: Table, schemas: dict[tuple[str, str], Schema]) -> str:
    contents = sorted((*key, schema.text) for key, schema in schemas.items())
    canonical = json.dumps(
        [table, contents], sort_keys=True, separators=(",", ":"), default=_moment
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _moment(value: date | time) -> dict[str, str]:
    return {"datetime": value.isoformat()}
