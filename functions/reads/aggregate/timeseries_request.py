"""Which time series is asked for, as a query has it."""

from collections.abc import Mapping
from typing import NamedTuple

from aggregates.periods import Window
from reads import parameters as read
from shared.refusal import Refusal

ROWS = ("all", "latest")
"""What `rows` can be: every feedback counts, or the latest of each target at each moment."""


class UnsupportedTimeWindow(Refusal):
    """The whole of time, which has no series."""

    code = "unsupported_time_window"


class Ask(NamedTuple):
    """What is asked for."""

    function: str
    metric: str
    window: Window
    max_periods: int
    """The last period is shown, and as many before it."""
    variants: frozenset[str] | None
    """None: all."""
    latest: bool

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> "Ask":
        """Read a query's parameters. Raises InvalidField, MissingField, UnsupportedTimeWindow."""
        names = parameters.get("variant_names")
        ask = cls(
            read.required(parameters, "function_name"),
            read.required(parameters, "metric_name"),
            window(parameters),
            read.integer("max_periods", read.required(parameters, "max_periods")),
            None if names is None else frozenset(filter(None, map(str.strip, names.split(",")))),
            read.choice("rows", parameters.get("rows", "all"), ROWS) == "latest",
        )
        if ask.window is Window.CUMULATIVE and ask.variants != frozenset():
            raise UnsupportedTimeWindow(
                "Cumulative time window is not supported for feedback timeseries"
            )
        return ask


def window(parameters: Mapping[str, str]) -> Window:
    """Read the length of the periods. Raises InvalidField, MissingField."""
    text = read.required(parameters, "time_window")
    return Window(read.choice("time_window", text, tuple(Window)))
