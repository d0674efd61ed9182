"""Filters as a request spells them."""

import math
import operator
from collections.abc import Callable
from functools import partial

from reads.aggregate.settings import Metric, Settings
from reads.listing.filter import EVER, All, Demonstrated, Filter, Made, Not, Some, Sought, Value
from reads.listing.node import Node, number, sequence, time
from shared import fields
from shared.document import Json
from shared.fields import InvalidField
from shared.refusal import Refusal, excerpt

MAX_FILTERS = 100
"""How many filters a request has, those within others included."""

_BEYOND: dict[str, Callable[[float, float], bool]] = {
    "<": operator.gt,
    "<=": operator.ge,
    "=": operator.eq,
    ">": operator.lt,
    ">=": operator.le,
    "!=": operator.ne,
}
"""Whether a value passes, which is the second argument; the first is what it is compared with."""


class InvalidMetricName(Refusal):
    """A filter or an order by a metric that is not configured."""

    code = "invalid_metric_name"


class WrongMetricType(Refusal):
    """A filter by values of another type than the metric's."""

    code = "wrong_metric_type"


class Unsupported(Refusal):
    """A part of TensorZero's request for what is not recorded here."""

    code = "unsupported"


class Reader:
    """Reads a request's filters, and counts them."""

    def __init__(self, settings: Settings) -> None:
        """Take the metrics."""
        self._settings = settings
        self._number = 0

    def read(self, path: str, value: Json) -> Filter:
        """Read a filter.

        Raises InvalidField, MissingField, InvalidMetricName, WrongMetricType, Unsupported.
        """
        self._number += 1
        if self._number > MAX_FILTERS:
            raise InvalidField(f"{path}: more than {MAX_FILTERS} filters")
        node = Node.at(path, value)
        if node.text("type") == "tag":
            raise Unsupported(f"{path}: tags of inferences are not recorded here")
        return _READ[node.choice("type", _READ)](self, node)

    def value(self, kind: str, node: Node) -> Filter:
        """Read a filter by values of a metric."""
        name = node.text("metric_name")
        metric = configured(name, self._settings)
        if kind == "boolean":
            test = partial(operator.eq, float(node.take("value", fields.boolean)))
        else:
            than = node.take("value", number)
            test = partial(_BEYOND[node.choice("comparison_operator", _BEYOND)], than)
        if metric.kind != kind:
            raise WrongMetricType(f"Metric `{excerpt(name)}` is not a {kind} metric")
        return Value(Sought(name, metric.level), kind, test)

    def children(self, node: Node) -> tuple[Filter, ...]:
        """Read the filters within one."""
        values = node.take("children", sequence)
        path = f"{node.path}.children"
        return tuple(self.read(f"{path}[{i}]", child) for i, child in enumerate(values))


def configured(name: str, settings: Settings) -> Metric:
    """Look a metric up. Raises InvalidMetricName."""
    metric = settings.metrics.get(name)
    if metric is None:
        raise InvalidMetricName(f"Invalid metric name: {excerpt(name)}")
    return metric


def _made(moment: float, comparison: str) -> Filter:
    """Turn a comparison with a moment into whole milliseconds."""
    match comparison:
        case "<":
            return Made(EVER.first, math.ceil(moment) - 1)
        case "<=":
            return Made(EVER.first, math.floor(moment))
        case ">":
            return Made(math.floor(moment) + 1, EVER.last)
        case ">=":
            return Made(math.ceil(moment), EVER.last)
    same = Made(math.ceil(moment), math.floor(moment))
    return same if comparison == "=" else Not(same)


_READ: dict[str, Callable[[Reader, Node], Filter]] = {
    "float_metric": lambda reader, node: reader.value("float", node),
    "boolean_metric": lambda reader, node: reader.value("boolean", node),
    "demonstration_feedback": lambda _, node: Demonstrated(
        node.take("has_demonstration", fields.boolean)
    ),
    "time": lambda _, node: _made(
        node.take("time", time), node.choice("comparison_operator", _BEYOND)
    ),
    "and": lambda reader, node: All(reader.children(node)),
    "or": lambda reader, node: Some(reader.children(node)),
    "not": lambda reader, node: Not(node.take("child", reader.read)),
}
