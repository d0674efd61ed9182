"""What a batch must know before it is written: its targets and its keys, looked up together."""

from collections.abc import Mapping

from batch.progress import Ledger
from feedback.lookup import Lookup, Question, Reads
from feedback.model import Record, Target
from feedback.waiting import Clock, find
from shared.errors import StorageUnavailable
from shared.retry import TimeLeft, persist


def look_up(
    ledger: Ledger, lookup: Lookup, now: int, clock: Clock, time_left: TimeLeft
) -> dict[Target, Record]:
    """Give the targets' records, and close the elements whose key was taken before.

    If DynamoDB is out of reach, those are closed whose target was not found until then, or all of
    an atomic batch. A key alone is found taken by the write as well. `now` is in seconds since
    1970.
    """
    found: dict[Target, Record] = {}
    reads: dict[Target, Reads] = {}
    waits: dict[Target, float] = {}
    for entry in ledger.open.values():
        if entry.draft.wait is not None:
            target = entry.draft.target
            reads[target] = tuple({*reads.get(target, ()), *entry.draft.reads})
            waits[target] = entry.draft.wait

    def look(targets: list[Target]) -> Mapping[Target, Record]:
        keys = {
            entry.claim.key
            for entry in ledger.open.values()
            if entry.claim and (entry.draft.wait is None or entry.draft.target in targets)
        }
        question = Question({target: reads[target] for target in targets}, keys)
        try:
            persist(lambda: lookup.read(question), time_left, clock.sleep)
        finally:
            found.update(question.records)
            ledger.settle(question, now)
        needed = {
            entry.draft.target for entry in ledger.open.values() if entry.draft.wait is not None
        }
        settled = {target: Record() for target in targets if target not in needed}
        return {**question.records, **settled}

    try:
        find(look, waits, clock)
    except StorageUnavailable as refusal:
        for place, entry in list(ledger.open.items()):
            missing = entry.draft.wait is not None and entry.draft.target not in found
            if ledger.atomic or missing:
                ledger.close(place, refusal)
    return found
