"""What a batch must know before it is written: its targets and its keys, looked up together."""

from functools import partial

from batch.progress import Progress
from batch.writes import answer_by_holder
from feedback.lookup import BatchRead, Lookup, Reads
from feedback.model import Record, Target
from feedback.waiting import rounds
from shared.clock import Clock, Seconds, TimeLeft
from shared.dynamodb import StorageUnavailable
from shared.retry import retry


def look_up(  # noqa: PLR0913 - what a look-up depends on
    progress: Progress,
    lookup: Lookup,
    now: Seconds,
    *,
    wait_limit: Seconds,
    clock: Clock,
    time_left: TimeLeft,
) -> dict[Target, Record]:
    """Return the targets' records, and close the elements whose key is held already.

    If DynamoDB is out of reach, the elements are closed whose target was not found until then, or
    all of an atomic batch. An element that needs its key alone stays open: the write checks it too.
    """
    found: dict[Target, Record] = {}
    reads: dict[Target, Reads] = {}
    waits: dict[Target, Seconds] = {}
    for entry in progress.open.values():
        if entry.draft.wait is not None:
            target = entry.draft.target
            reads[target] = tuple({*reads.get(target, ()), *entry.draft.reads})
            waits[target] = min(entry.draft.wait, wait_limit)
    try:
        for targets in rounds(waits, clock):
            batch = BatchRead({one: reads[one] for one in targets}, _keys(progress, targets))
            try:
                retry(partial(lookup.read, batch), time_left, clock.sleep)
            finally:
                found.update(batch.records)
                progress.close_held(batch, now)
            needed = _needed(progress)
            for target in targets:
                if target in found or target in batch.impossible or target not in needed:
                    del waits[target]
    except StorageUnavailable as refusal:
        for place, entry in list(progress.open.items()):
            missing = entry.draft.wait is not None and entry.draft.target not in found
            if progress.atomic or missing:
                progress.close(place, refusal)
    return found


def close_refused(
    progress: Progress, lookup: Lookup, now: Seconds, clock: Clock, time_left: TimeLeft
) -> None:
    """Close the elements that a rule refuses: by what they have stored before, if anything."""
    refused = progress.refused_with_key
    if not refused:
        return
    batch = BatchRead({}, {reservation.key for reservation, _ in refused.values()})
    try:
        retry(partial(lookup.read, batch), time_left, clock.sleep)
    except StorageUnavailable as outage:
        refused = {place: (reservation, outage) for place, (reservation, _) in refused.items()}
    for place, (reservation, refusal) in refused.items():
        earlier = batch.holder(reservation.key, now)
        repeated = earlier is not None and reservation.is_same_request(earlier)
        outcome = answer_by_holder(reservation, earlier) if earlier and repeated else refusal
        progress.close(place, outcome)


def _keys(progress: Progress, targets: list[Target]) -> set[str]:
    """Return the keys to look up together with these targets."""
    return {
        entry.reservation.key
        for entry in progress.open.values()
        if entry.reservation and (entry.draft.wait is None or entry.draft.target in targets)
    }


def _needed(progress: Progress) -> set[Target]:
    """Return the targets of the elements that are still open."""
    return {one.draft.target for one in progress.open.values() if one.draft.wait is not None}
