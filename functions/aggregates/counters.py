"""Counters: what is counted of a series and a variant in one day or one hour.

A day's counter has attributes for each of its hours, an hour's for each of its minutes. An
attribute's name is a group, a slot and a field of `aggregates.exact`: `a10n`, `l07s0`.

| group | slot | what is counted there |
| --- | --- | --- |
| `a` | hour or minute | every feedback, at its own time |
| `x` | hour or minute | what the feedback of that time has superseded: a - x, added up from the
beginning to a moment, counts the latest feedback of each target at that moment |
| `l` | hour or minute | the latest feedback of each target, at the time of the inference |
| `d`, `w`, `m`, `c` | none, in a day's counter | the same, for the day, the week, the month, for
all time. An episode counts once a period, at its first inference there |

An episode with inferences in several periods counts in each of them, as in TensorZero's
performances: hence `d` to `c` are not sums of `l`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from aggregates import periods
from aggregates.exact import Amounts, add
from aggregates.layout import Series
from aggregates.periods import DAY, HOUR, Minute, Window
from shared.items import Item

ALL, SUPERSEDED, LATEST = "a", "x", "l"
"""The groups with slots."""
WHOLE = {Window.DAY: "d", Window.WEEK: "w", Window.MONTH: "m", Window.CUMULATIVE: "c"}
"""The groups without, by their periods."""

_ATTRIBUTE = re.compile(r"(?:([axl])([0-9]{2})|([dwmc]))([nsq]m?[0-9]*)")


class Counter(NamedTuple):
    """Which counter it is, in any shard."""

    series: Series
    variant: str
    period: str
    """`d` and a day's name, or `h` and an hour's."""


class Point(NamedTuple):
    """A period of one variant, in which a value is counted."""

    variant: str
    group: str
    window: Window
    moment: Minute
    """Any minute within it. A week, a month and all time are counted in the counter of its day."""


class Slot(NamedTuple):
    """A part of a counter: what is counted where."""

    group: str
    begin: Minute
    """When the hour or minute begins; for a group without slots, the day."""
    amounts: Amounts


class Counts(dict[Counter, Amounts]):
    """What is added to counters: whole numbers by the names of their attributes."""

    def at(
        self, series: Series, variant: str, group: str, moment: Minute, amounts: Amounts
    ) -> None:
        """Count at a moment: in its minute and in its hour."""
        for window in (Window.MINUTE, Window.HOUR):
            self.at_point(series, Point(variant, group, window, moment), amounts)

    def at_point(self, series: Series, point: Point, amounts: Amounts) -> None:
        """Count in one period."""
        moment = point.moment
        period, slot = f"d{periods.day_name(moment)}", ""
        if point.window is Window.MINUTE:
            period, slot = f"h{periods.hour_name(moment)}", f"{moment % HOUR:02}"
        elif point.window is Window.HOUR:
            slot = f"{moment % DAY // HOUR:02}"
        named = {f"{point.group}{slot}{field}": amount for field, amount in amounts.items()}
        add(self.setdefault(Counter(series, point.variant, period), {}), named)

    def include(self, other: "Counts", times: int = 1) -> None:
        """Add all that others add, or take it away."""
        for counter, amounts in other.items():
            add(self.setdefault(counter, {}), amounts, times)

    def without_zeros(self) -> "Counts":
        """Return it without the counters that nothing is added to."""
        return Counts({counter: amounts for counter, amounts in self.items() if amounts})


def read(item: Item) -> Iterator[Slot]:
    """Read a counter's item, slot by slot."""
    slots: dict[tuple[str, Minute], Amounts] = {}
    name = item["sort"]["S"].partition("/")[0]
    begin, length = periods.parse(name[1:]), HOUR if name[0] == "d" else 1
    for attribute, value in item.items():
        match = _ATTRIBUTE.fullmatch(attribute)
        if match is not None:
            group, slot, whole, field = match.groups()
            moment = begin + int(slot or 0) * length
            slots.setdefault((group or whole, moment), {})[field] = int(value["N"])
    for (group, moment), amounts in slots.items():
        yield Slot(group, moment, amounts)
