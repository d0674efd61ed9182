"""How long the inference or episode that feedback is about is waited for."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from feedback.model import Record, Target
from shared import uuids
from shared.errors import TargetNotFound
from shared.uuids import Uuid

COOLDOWN = 6_000
"""Milliseconds from a target's own timestamp within which its record may still appear."""
MINIMUM = 1_000
"""Milliseconds that any target is waited for."""
WORKFLOW_SHIFT = 10_000_000_000
"""Seconds that the ids of workflow evaluations are ahead of the clock."""
PAUSES = (0.05, 0.1, 0.2, 0.4)
"""Seconds between looks; the last one repeats."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and a way to let it pass; seconds."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


def patience(uuid: Uuid, now: float) -> float:
    """Tell how many seconds a target is waited for, as TensorZero does.

    6 s from the id's timestamp, at least 1 s; a timestamp ahead counts as now. Raises
    NotUuidV7.
    """
    born = uuids.milliseconds(uuid)
    if born // 1_000 > WORKFLOW_SHIFT:
        born -= WORKFLOW_SHIFT * 1_000
    elapsed = max(now * 1_000 - born, 0)
    return max(COOLDOWN - elapsed, MINIMUM) / 1_000


def find(
    look: Callable[[list[Target]], Mapping[Target, Record]],
    waits: Mapping[Target, float],
    clock: Clock,
) -> dict[Target, Record]:
    """Look until each target's record is there, or it has been waited for; seconds.

    A target that never came is not in what is given.
    """
    started, looks = clock.now(), 0
    found = dict(look(list(waits)))
    while len(found) < len(waits):
        now = clock.now()
        ends = {target: started + wait for target, wait in waits.items() if target not in found}
        left = {target: end - now for target, end in ends.items() if end > now}
        if not left:
            break
        clock.sleep(min(PAUSES[min(looks, len(PAUSES) - 1)], *left.values()))
        looks += 1
        found.update(look(list(left)))
    return found


def not_found(target: Target) -> TargetNotFound:
    """Make the refusal that TensorZero makes."""
    return TargetNotFound(f"{target.level.capitalize()} ID: {target.id} does not exist")
