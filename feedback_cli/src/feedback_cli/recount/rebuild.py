"""Rebuilds the aggregates: counts all feedback anew, beside what is read and while votes arrive.

A new generation is begun; from then on the aggregator keeps both. All that is stored is given to
the aggregator's own service for the new one. Then the new one is read, and the old one deleted.
Killed anywhere, a rebuild leaves the old generation in force, or the new one complete; the next
rebuild begins another one, and deletes what is left.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, TypeVar, cast

from aggregates import layout
from aggregates.layout import KINDS
from aggregator.records import (
    Feedback,
    Malformed,
    Subject,
    read_feedback,
    read_inference,
)
from aggregator.service import Aggregator
from feedback_cli.errors import Failure
from feedback_cli.progress import Move
from feedback_cli.recount.database import SEGMENTS, Database, Tables, scan
from feedback_cli.recount.state import State
from shared.clock import Clock, Seconds
from shared.dynamodb import Failure as Refused
from shared.dynamodb import StorageUnavailable
from shared.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from aggregates.inference import Inference

READERS: Seconds = 60
"""How long what began before the new generation was in force may need the old one: requests 29 s,
the aggregator's invocations 60 s."""
AT_ONCE = 200
"""Of how many rows the counting is told together."""

_PAUSES: tuple[Seconds, ...] = (1, 2, 4, 8, 16)
_PATIENCE: Seconds = 30
_DELETED = 25

Result = TypeVar("Result")


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild has done so far."""

    generation: int
    inferences: int = 0
    feedback: int = 0
    deleted: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    """What cannot be counted, and why: rows that no write of ours has made."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One rebuild."""

    client: "DynamoDBClient"
    tables: Tables
    move: Move
    readers: Seconds = READERS
    sleep: Callable[[Seconds], None] = time.sleep
    lock: Lock = field(default_factory=Lock)

    def run(self) -> Rebuilt:
        """Do it. Raises Failure, and what the SDK raises."""
        state = State(self.client, self.tables[layout.TABLE])
        done = Rebuilt(state.begin())
        workers = [self._worker() for _ in range(SEGMENTS)]

        def inferences(page: list[Item], segment: int) -> None:
            state.require(done.generation)
            self._record(workers[segment], page, done)

        def feedback(kind: str, page: list[Item], segment: int) -> None:
            state.require(done.generation)
            self._keep(workers[segment], kind, page, done)

        # All inferences come first, so that feedback is counted once, as what it is.
        scan(self.client, self.tables["target"], inferences)
        for kind in KINDS:
            scan(self.client, self.tables[kind], partial(feedback, kind))
        state.finish(done.generation)
        self.move(0, None, "waiting for what still reads the old counters")
        self.sleep(self.readers)
        scan(self.client, self.tables[layout.TABLE], lambda page, _: self._delete(page, done))
        return done

    def _worker(self) -> Aggregator:
        client = cast("DynamoDBClient", Database(self.client))
        return Aggregator(client, self.tables, Clock())

    def _record(self, worker: Aggregator, page: list[Item], done: Rebuilt) -> None:
        inferences: list[Inference] = []
        for item in page:
            try:
                inference = read_inference(item)
            except Malformed as malformed:
                self._refuse(done, str(item.get("target_id")), malformed)
            else:
                if inference is not None:
                    inferences.append(inference)
        store = worker.store(_time_left())
        refused = self._patiently(lambda: store.record(done.generation, inferences))
        for id_, failure in refused.items():
            self._refuse(done, id_, failure)
        with self.lock:
            done.inferences += len(inferences)
            self.move(0, None, f"{done.inferences:,} inferences")

    def _keep(self, worker: Aggregator, kind: str, page: list[Item], done: Rebuilt) -> None:
        feedback: list[Feedback] = []
        for item in page:
            try:
                # Not new: another may have counted it, as something else.
                feedback.append(read_feedback(item, kind, is_new=False))
            except Malformed as malformed:
                self._refuse(done, str(item.get("id")), malformed)
        # What is near in time shares counters, and is written together.
        feedback.sort(key=lambda one: one.id)
        for start in range(0, len(feedback), AT_ONCE):
            some = feedback[start : start + AT_ONCE]
            failed = self._patiently(partial(_keep, worker, done.generation, some))
            for subject, cause in failed.items():
                self._refuse(done, f"{subject.metric} on {subject.target_id}", cause)
            with self.lock:
                done.feedback += len(some)
                self.move(0, None, f"{done.inferences:,} inferences, {done.feedback:,} feedbacks")

    def _delete(self, page: list[Item], done: Rebuilt) -> None:
        """Delete what is of an earlier generation."""
        old = [
            {"DeleteRequest": {"Key": {name: item[name] for name in ("key", "sort")}}}
            for item in page
            if item["key"] != layout.STATE["key"] and _generation(item) < done.generation
        ]
        for start in range(0, len(old), _DELETED):
            pending = {self.tables[layout.TABLE]: old[start : start + _DELETED]}
            while pending:
                answer = self.client.batch_write_item(RequestItems=pending)  # type: ignore[arg-type]
                pending = answer["UnprocessedItems"]  # type: ignore[assignment]
        with self.lock:
            done.deleted += len(old)
            self.move(0, None, f"{done.deleted:,} old items deleted")

    def _refuse(self, done: Rebuilt, what: str, cause: Exception) -> None:
        with self.lock:
            done.refused[what] = str(cause)

    def _patiently(self, call: Callable[[], Result]) -> Result:
        """Make a call, again if DynamoDB does not confirm it: to be told twice changes nothing."""
        for pause in _PAUSES:
            try:
                return call()
            except StorageUnavailable:
                self.sleep(pause)
            except Refused as refused:
                raise Failure(str(refused)) from refused
        raise Failure("DynamoDB has not confirmed a call for a minute: start the rebuild again.")


def _keep(
    worker: Aggregator, generation: int, feedback: list[Feedback]
) -> dict[Subject, Exception]:
    return {**worker.keep([generation], feedback, _time_left())}


def _time_left() -> Callable[[], Seconds]:
    ends = time.monotonic() + _PATIENCE
    return lambda: ends - time.monotonic()


def _generation(item: Item) -> int:
    return int(item["key"]["S"].partition("/")[0])
