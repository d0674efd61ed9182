"""Periods of the calendar, in UTC: minutes, hours, days, weeks from Monday, months."""

from datetime import date
from enum import StrEnum
from typing import TypeAlias

from shared.uuids import Uuid

Minute: TypeAlias = int
"""A moment in whole minutes since 1970."""

HOUR: Minute = 60
DAY: Minute = 24 * HOUR
WEEK: Minute = 7 * DAY
LAST: Minute = (date(9999, 12, 1).toordinal() - date(1970, 1, 1).toordinal()) * DAY - 1
"""The last minute of November 9999: ids of later moments count as of this one, so that each period
has an end that can be spelled."""

_EPOCH = date(1970, 1, 1).toordinal()
_MONDAY: Minute = 4 * DAY
"""The first Monday after 1970 began, which was a Thursday."""


class Window(StrEnum):
    """How long periods are; `cumulative` is one period for all time."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    CUMULATIVE = "cumulative"


_LENGTHS = {Window.MINUTE: 1, Window.HOUR: HOUR, Window.DAY: DAY, Window.WEEK: WEEK}


def minute(uuid: Uuid) -> Minute:
    """Return the minute that an id was made in, which is a UUIDv7; of another, some minute."""
    return min(int(uuid[:8] + uuid[9:13], 16) // 60_000, LAST)


def start(window: Window, moment: Minute) -> Minute:
    """Return when the period begins that a moment lies in; of all time, 1970."""
    if window is Window.CUMULATIVE:
        return 0
    if window is Window.MONTH:
        return (_date(moment).replace(day=1).toordinal() - _EPOCH) * DAY
    offset = _MONDAY if window is Window.WEEK else 0
    return moment - (moment - offset) % _LENGTHS[window]


def shifted(window: Window, begin: Minute, periods: int) -> Minute:
    """Return when the period begins that is so many later, or earlier if it is negative.

    `begin` is when a period begins. Months are the calendar's; none is before the year 1 or after
    9999, and their number is cut to that.
    """
    if window is not Window.MONTH:
        return begin + periods * _LENGTHS[window]
    first = _date(begin)
    months = max(12, min(12 * first.year + first.month - 1 + periods, 12 * 10_000 - 1))
    year, month = divmod(months, 12)
    return (date(year, month + 1, 1).toordinal() - _EPOCH) * DAY


def spelled(moment: Minute) -> str:
    """Spell a moment, as RFC 3339 in UTC."""
    return f"{hour_name(moment)}:{moment % HOUR:02}:00Z"


def day_name(moment: Minute) -> str:
    """Spell a moment's day, `2026-03-02`."""
    return _date(moment).isoformat()


def hour_name(moment: Minute) -> str:
    """Spell a moment's hour, `2026-03-02T10`."""
    return f"{day_name(moment)}T{moment % DAY // HOUR:02}"


def parse(name: str) -> Minute:
    """Read a day or an hour that is spelled so: the minute that it begins with."""
    day, _, hour = name.partition("T")
    return (date.fromisoformat(day).toordinal() - _EPOCH) * DAY + int(hour or 0) * HOUR


def _date(moment: Minute) -> date:
    return date.fromordinal(_EPOCH + moment // DAY)
