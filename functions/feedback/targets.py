"""The inferences and episodes that feedback may be about, and how long to wait for one."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from feedback.model import Record, Target
from runtime import uuids
from runtime.dynamodb import Item, outages
from runtime.errors import TargetNotFound
from runtime.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COOLDOWN = 6_000
"""Milliseconds from a target's own timestamp within which its record may still appear."""
MINIMUM = 1_000
"""Milliseconds that any target is waited for."""
WORKFLOW_SHIFT = 10_000_000_000
"""Seconds that the ids of workflow evaluations are ahead of the clock."""
PAUSES = (0.05, 0.1, 0.2, 0.4)
"""Seconds between looks; the last one repeats."""


class Targets(Protocol):
    """Where recorded inferences and episodes are looked up."""

    def get(self, target: Target, reads: tuple[str, ...]) -> Record | None:
        """Read these attributes of a target's record; None if there is none of that level."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and a way to let it pass; seconds."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class DynamoTargets:
    """Targets in a DynamoDB table, read strongly consistent: what was recorded is found."""

    client: "DynamoDBClient"
    table: str

    def get(self, target: Target, reads: tuple[str, ...]) -> Record | None:
        """Read these attributes of a target's record. Raises StorageUnavailable."""
        names = {f"#{name}": name for name in ("target_type", *reads)}
        with outages():
            answer = self.client.get_item(
                TableName=self.table,
                Key={"target_id": {"S": target.id}},
                ConsistentRead=True,
                ProjectionExpression=",".join(names),
                ExpressionAttributeNames=names,
            )
        item: Item | None = answer.get("Item")  # type: ignore[assignment]  # the stubs are stricter
        if not item or item["target_type"] != {"S": target.level}:
            return None
        return Record(**{name: item[name]["S"] for name in reads if name in item})


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


def find(look: Callable[[], Record | None], target: Target, clock: Clock, wait: float) -> Record:
    """Look until the target's record is there. Raises TargetNotFound after `wait` seconds."""
    deadline = clock.now() + wait
    looks = 0
    while (record := look()) is None:
        left = deadline - clock.now()
        if left <= 0:
            raise TargetNotFound(f"{target.level.capitalize()} ID: {target.id} does not exist")
        clock.sleep(min(PAUSES[min(looks, len(PAUSES) - 1)], left))
        looks += 1
    return record
