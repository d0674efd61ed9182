"""Work done side by side: one part in this thread, each other part in a thread of its own."""

import threading
from collections.abc import Callable, Sequence
from contextvars import copy_context
from typing import TypeVar

from shared.outcome import Outcome

Result = TypeVar("Result")


def side_by_side(parts: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do all parts at the same time; return their results, in order.

    The threads start and end here, so that no pool is left over: starting one takes 0.05 ms, and a
    snapshot has none of them. Each part has the context variables of the caller. If parts fail,
    the first one's error is raised when all have ended.
    """
    outcomes = [Outcome[Result]() for _ in parts]

    pairs = list(zip(parts, outcomes, strict=True))
    threads = [
        threading.Thread(target=copy_context().run, args=(outcome.take, part), daemon=True)
        for part, outcome in pairs[1:]
    ]
    for thread in threads:
        thread.start()
    for part, outcome in pairs[:1]:
        outcome.take(part)
    for thread in threads:
        thread.join()
    return [outcome.get() for outcome in outcomes]
