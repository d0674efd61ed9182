"""Durations as operators write them: `15m`, `12h`, `90d`."""

import re
from datetime import timedelta

_FORM = re.compile(r"([1-9]\d{0,4})([smhdw])", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse(text: str) -> timedelta:
    """Read a duration. Raises ValueError."""
    duration = _FORM.fullmatch(text)
    if duration is None:
        raise ValueError(f"{text!r} is no duration: write a number and s, m, h, d or w, as in 90d")
    number, unit = duration.groups()
    return timedelta(**{_UNITS[unit]: int(number)})
