"""How long to wait for the inference or episode that feedback is about, and how often to look."""

from collections.abc import Iterator
from itertools import chain, repeat

from feedback.model import Target
from shared import uuids
from shared.clock import Clock, Seconds
from shared.refusal import Refusal
from shared.uuids import Uuid

WINDOW: Seconds = 6.0
"""From a target's own timestamp on: the time within which its record may still appear."""
MINIMUM: Seconds = 1.0
"""How long any target is waited for."""
WORKFLOW_SHIFT: Seconds = 10_000_000_000.0
"""How far the ids of workflow evaluations are ahead of the clock."""
PAUSES: tuple[Seconds, ...] = (0.05, 0.1, 0.2, 0.4)
"""Between looks; the last one repeats."""
RETRY_AFTER = 1
"""Seconds after which to send feedback again whose target was not waited for."""


class TargetNotFound(Refusal):
    """No such inference or episode, after the wait."""

    code = "target_not_found"

    def __init__(self, target: Target, *, cut: bool = False) -> None:
        """Say it in TensorZero's words. `cut`: TensorZero would have waited longer for it."""
        super().__init__(f"{target.level.capitalize()} ID: {target.id} does not exist")
        if cut:
            self.retry_after = RETRY_AFTER


def wait(uuid: Uuid, now: Seconds) -> Seconds:
    """Return how long a target is waited for, as in TensorZero.

    6 s from the id's timestamp, at least 1 s; a timestamp ahead counts as now. Raises NotUuidV7.
    """
    born = uuids.milliseconds(uuid)
    if born // 1_000 > WORKFLOW_SHIFT:
        born -= int(WORKFLOW_SHIFT) * 1_000
    return max(WINDOW - max(now - born / 1_000, 0.0), MINIMUM)


def rounds(waits: dict[Target, Seconds], clock: Clock) -> Iterator[list[Target]]:
    """Yield the targets that are still waited for: at once, then after each pause.

    Whoever finds a target removes it from `waits`, or leaves the loop.
    """
    started, pauses = clock.now(), chain(PAUSES, repeat(PAUSES[-1]))
    yield list(waits)
    while waits:
        now = clock.now()
        left = {target: started + seconds - now for target, seconds in waits.items()}
        open_ = [target for target, seconds in left.items() if seconds > 0]
        if not open_:
            return
        clock.sleep(min(next(pauses), *(left[target] for target in open_)))
        yield open_
