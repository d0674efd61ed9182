"""The rules of ``[metrics]``."""

import re
from dataclasses import dataclass

from configuration.keys import METRIC
from configuration.node import Node
from feedback.kinds.registry import BUILT_IN, CONFIGURED
from feedback.model import Level
from shared.reserved import PREFIX

_TYPES = tuple(CONFIGURED)
_LEVELS = tuple(level.value for level in Level)
OPTIMIZE = ("min", "max")
_ALLOWED = re.compile(r"[A-Za-z0-9_\-.:/]+")


@dataclass(frozen=True, slots=True)
class Metric:
    """What a value of the metric is, what it is about, and which values are the better ones."""

    type: str
    level: str
    optimize: str = "max"


def read_metrics(root: Node) -> dict[str, Metric]:
    """Read ``[metrics]``."""
    section = root.get("metrics")
    if section is None:
        return {}
    if not isinstance(section.value, dict):
        section.refuse_type("a map")
    return {node.name: _read(node) for node in section.children()}


def _read(node: Node) -> Metric:
    _check_name(node)
    if not isinstance(node.value, dict):
        node.refuse_type("struct MetricConfig")
        return Metric(_TYPES[0], _LEVELS[0])
    node.check_keys(METRIC)
    metric = Metric(
        node.choose("type", _TYPES),
        node.choose("level", _LEVELS),
        node.choose("optimize", OPTIMIZE),
    )
    node.read("description", str, default="")
    return metric


def _check_name(node: Node) -> None:
    if node.name in BUILT_IN:
        node.refuse(f"Metric name '{node.name}' is reserved and cannot be used")
    elif node.name.startswith(PREFIX):
        node.refuse(f"Metric name cannot start with '{PREFIX}': {node.name}")
    elif not _ALLOWED.fullmatch(node.name):
        node.refuse(
            f"Metric name `{node.name}` contains characters that are not allowed. Only ASCII "
            "alphanumeric characters, underscores, hyphens, dots, colons, and forward slashes "
            "are permitted."
        )
