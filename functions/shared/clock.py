"""Time: moments are seconds since 1970, durations are seconds, both of them floats."""

import time
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

Seconds: TypeAlias = float
TimeLeft: TypeAlias = Callable[[], Seconds]
"""Returns how long it is until Lambda ends this invocation."""

DAY: Seconds = 24 * 60 * 60


class Clock(NamedTuple):
    """The time, and a way to let it pass."""

    now: Callable[[], Seconds] = time.time
    sleep: Callable[[Seconds], None] = time.sleep
