"""Loads a configuration: reads its files, checks them, and keeps what feedback needs."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from configuration.error import ConfigurationError
from configuration.evaluator import read_evaluators
from configuration.findings import Findings
from configuration.function import Function, read_functions
from configuration.gateway import Gateway, read_gateway
from configuration.keys import ROOT
from configuration.metric import Metric, read_metrics
from configuration.node import Node
from configuration.schema import Schema
from configuration.source import Source, Table, read
from configuration.tool import Tool, read_tools


@dataclass(frozen=True, slots=True)
class Configuration:
    """A configuration that is in order.

    ``files`` are the TOML files that it was read from, ``schemas`` the files that these name.
    """

    snapshot_hash: str
    gateway: Gateway
    metrics: dict[str, Metric]
    functions: dict[str, Function]
    tools: dict[str, Tool]
    files: tuple[Path, ...]
    schemas: tuple[Path, ...]
    warnings: tuple[str, ...]


def load(pattern: str) -> Configuration:
    """Read and check the files that ``pattern`` names, or raise a ``ConfigurationError``."""
    source = read(pattern)
    findings = Findings()
    root = Node(source, findings, source.table)
    root.check_keys(ROOT)
    gateway, metrics, tools = read_gateway(root), read_metrics(root), read_tools(root)
    functions = read_functions(root, tools)
    evaluators = list(read_evaluators(root))
    if findings.problems:
        # Functions are read twice, for themselves and for their evaluators.
        raise ConfigurationError(*dict.fromkeys(findings.problems))
    schemas = {("tools", name): tool.parameters for name, tool in tools.items()} | {
        ("functions", name): function.output_schema
        for name, function in functions.items()
        if function.output_schema is not None
    }
    judges = dict(one.judge for one in evaluators if one.judge is not None)
    return Configuration(
        snapshot_hash=_snapshot_hash(source.table, schemas),
        gateway=gateway,
        metrics=metrics | {evaluator.metric_name: evaluator.metric for evaluator in evaluators},
        functions=functions | judges,
        tools=tools,
        files=source.files,
        schemas=tuple(schema.path for schema in schemas.values()),
        warnings=(*findings.warnings, *_without_effect(source, {**metrics, **functions, **tools})),
    )


def _without_effect(source: Source, found: Collection[str]) -> Iterator[str]:
    """Warn of each file without a key, and of a configuration without anything for feedback."""
    filled = set(source.origins.values())
    yield from (f"{file}: configures nothing" for file in source.files if file not in filled)
    if not found:
        yield "no metric, function or tool is configured"


def _snapshot_hash(table: Table, schemas: dict[tuple[str, str], Schema]) -> str:
    contents = sorted((*key, schema.text) for key, schema in schemas.items())
    canonical = json.dumps(
        [table, contents], sort_keys=True, separators=(",", ":"), default=_moment
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _moment(value: date | time) -> dict[str, str]:
    return {"datetime": value.isoformat()}
