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
from aggregator.records import Feedback, Subject
from aggregator.service import Aggregator
from feedback_cli.errors import Failure
from feedback_cli.progress import Move
from feedback_cli.recount.database import SEGMENTS, Database, Tables, scan
from feedback_cli.recount.rows import (
    Refused,
    name_feedback,
    name_target,
    read_inferences,
    read_votes,
)
from feedback_cli.recount.state import State
from shared.clock import Clock, Seconds
from shared.dynamodb import Failure as Rejection
from shared.dynamodb import StorageUnavailable
from shared.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READERS: Seconds = 60
"""How long what began before the new generation was in force may need the old one: requests 29 s,
the aggregator's invocations 60 s."""
AT_ONCE = 200
"""Of how many rows the counting is told together."""

_PAUSES: tuple[Seconds, ...] = (1, 2, 4, 8, 16)
_PATIENCE: Seconds = 30

Result = TypeVar("Result")


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild has done so far."""

    generation: int
    inferences: int = 0
    feedback: int = 0
    deleted: int = 0
    refused: Refused = field(default_factory=Refused)


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
        scan(
            self.client,
            self.tables[layout.TABLE],
            lambda page, segment: self._delete(workers[segment], page, done),
        )
        return done

    def _worker(self) -> Aggregator:
        client = cast("DynamoDBClient", Database(self.client))
        return Aggregator(client, self.tables, Clock(sleep=self.sleep))

    def _record(self, worker: Aggregator, page: list[Item], done: Rebuilt) -> None:
        inferences, refused = read_inferences(page)
        failed = self._patiently(
            lambda: worker.store(_time_left()).record(done.generation, inferences)
        )
        refused |= {name_target(id_): str(failure) for id_, failure in failed.items()}
        with self.lock:
            done.refused |= refused
            done.inferences += len(inferences)
            self.move(0, None, f"{done.inferences:,} inferences")

    def _keep(self, worker: Aggregator, kind: str, page: list[Item], done: Rebuilt) -> None:
        votes, refused = read_votes(kind, page)
        with self.lock:
            done.refused |= refused
        # What is near in time shares counters, and is written together.
        feedback = sorted((vote.feedback for vote in votes), key=lambda one: one.id)
        for start in range(0, len(feedback), AT_ONCE):
            some = feedback[start : start + AT_ONCE]
            failed = self._patiently(partial(_keep, worker, done.generation, some))
            with self.lock:
                for subject, cause in failed.items():
                    done.refused[name_feedback(*subject)] = str(cause)
                done.feedback += len(some)
                self.move(0, None, f"{done.inferences:,} inferences, {done.feedback:,} feedbacks")

    def _delete(self, worker: Aggregator, page: list[Item], done: Rebuilt) -> None:
        """Delete what is of an earlier generation."""
        old = [
            layout.key_of(*layout.place(item))
            for item in page
            if item["key"] != layout.STATE["key"] and _generation(item) < done.generation
        ]
        table = self.tables[layout.TABLE]
        self._patiently(lambda: worker.store(_time_left()).database.delete(table, old))
        with self.lock:
            done.deleted += len(old)
            self.move(0, None, f"{done.deleted:,} old items deleted")

    def _patiently(self, call: Callable[[], Result]) -> Result:
        """Make a call, again if DynamoDB does not confirm it: to be told twice changes nothing."""
        for pause in _PAUSES:
            try:
                return call()
            except StorageUnavailable:
                self.sleep(pause)
            except Rejection as rejection:
                raise Failure(str(rejection)) from rejection
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
