"""Every kind of feedback: a new one is a module in this package and a line below."""

from http import HTTPStatus
from typing import Any

from feedback.demonstration import kind as demonstration
from feedback.kinds import boolean, comment, number
from feedback.model import Kind, Level, Metric
from shared.catalog import Catalog
from shared.refusal import Refusal, excerpt

CONFIGURED: dict[str, Kind[Any]] = {kind.name: kind for kind in (boolean.KIND, number.KIND)}
"""The kinds that a metric of the configuration can have, by its `type`."""

BUILT_IN = {
    "comment": Metric("comment", comment.KIND, None),
    "demonstration": Metric("demonstration", demonstration.KIND, Level.INFERENCE),
}
"""The metrics that TensorZero reserves; no configuration has them."""

KINDS: dict[str, Kind[Any]] = CONFIGURED | {name: one.kind for name, one in BUILT_IN.items()}
"""All of them by name."""

_LEVELS = {level.value: level for level in Level}


class UnknownMetric(Refusal):
    """Neither in the configuration nor built in."""

    code = "unknown_metric"
    status = HTTPStatus.NOT_FOUND


def metric(catalog: Catalog, name: str) -> Metric:
    """Look a metric up by its exact name. Raises UnknownMetric."""
    configured = catalog.metrics.get(name)
    if configured is not None:
        kind, level = configured
        return Metric(name, CONFIGURED[kind], _LEVELS[level])
    if name in BUILT_IN:
        return BUILT_IN[name]
    raise UnknownMetric(f"Unknown metric: {excerpt(name)}")
