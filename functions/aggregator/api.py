"""Lambda's side of the aggregator: records of a stream in, those that failed out."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from aggregates.inference import Inference
from aggregator import records
from aggregator.records import Feedback, Malformed, StreamRecord, Subject
from aggregator.service import Aggregator
from shared import deadline
from shared.dynamodb import StorageUnavailable
from shared.endpoint import Context
from shared.telemetry import Telemetry

Handler: TypeAlias = Callable[[dict[str, Any], Context], dict[str, Any]]


def build(aggregator: Aggregator, tables: Mapping[str, str], telemetry: Telemetry) -> Handler:
    """Make the Lambda handler. `tables`: those that are followed, see `records.kinds`.

    Records that fail are named in the answer: Lambda brings them again, with all that come after
    the first of them, and puts them into the queue when it has tried often enough. None keeps
    another from being counted.
    """

    def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
        def time_left() -> float:
            return context.get_remaining_time_in_millis() / 1_000

        changes, failed = _read(event["Records"], tables)
        causes: list[Exception] = [*failed.values()]
        try:
            with deadline.bound(deadline.invocation(time_left())):
                refused = aggregator.follow(changes.values(), time_left)
        except StorageUnavailable as outage:
            telemetry.postpone(outage, context.aws_request_id)
            return _failures([*changes, *failed])
        causes += refused.values()
        concerned = [number for number, change in changes.items() if _concerns(change, refused)]
        for cause in causes:
            telemetry.reject("not_counted", type(cause).__name__, context.aws_request_id)
        return _failures([*failed, *concerned])

    return handler


def _read(
    stream: list[StreamRecord], tables: Mapping[str, str]
) -> tuple[dict[str, Feedback | Inference], dict[str, Malformed]]:
    """Read records, by their numbers; those that change nothing are left out."""
    changes: dict[str, Feedback | Inference] = {}
    failed: dict[str, Malformed] = {}
    for record in stream:
        number = records.sequence(record)
        try:
            change = records.read(record, tables)
        except Malformed as malformed:
            failed[number] = malformed
        else:
            if change is not None:
                changes[number] = change
    return changes, failed


def _concerns(change: Feedback | Inference, refused: Mapping[Subject, object]) -> bool:
    """Whether something that is refused belongs to a change."""
    if isinstance(change, Inference):
        targets = {subject.target_id for subject in refused}
        return not targets.isdisjoint({change.id, change.episode_id})
    return change.subject in refused


def _failures(numbers: list[str]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}
