"""Every kind of feedback: a new one is a module here and a line below."""

from typing import Any

from feedback.kinds import boolean, comment, number
from feedback.demonstration import kind as demonstration
from feedback.model import Kind, Level, Metric
from shared.catalog import Catalog
from shared.errors import UnknownMetric, excerpt

TYPES: dict[str, Kind[Any]] = {"boolean": boolean.KIND, "float": number.KIND}
"""The `type` of a configured metric, and its kind."""

LEVELS = {level.value: level for level in Level}
"""The `level` of a configured metric."""

BUILT_IN = {
    "comment": Metric("comment", comment.KIND, None),
    "demonstration": Metric("demonstration", demonstration.KIND, Level.INFERENCE),
}
"""The names that TensorZero reserves, each a metric that no configuration has."""


def metric(catalog: Catalog, name: str) -> Metric:
    """Look a metric up by its exact name. Raises UnknownMetric."""
    configured = catalog.metrics.get(name)
    if configured is not None:
        kind, level = configured
        return Metric(name, TYPES[kind], LEVELS[level])
    if name in BUILT_IN:
        return BUILT_IN[name]
    raise UnknownMetric(f"Unknown metric: {excerpt(name)}")
