"""How a batch is written: in as few calls as DynamoDB allows, with an outcome for each element."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from batch.grouping import only_transaction, plain_chunks, sort, transactions
from batch.writes import BatchRefused, NotStorable, Outcomes, Write
from feedback import transaction
from feedback.model import Accepted
from shared.clock import Seconds, TimeLeft
from shared.dynamodb import Failure, StorageUnavailable, outages
from shared.refusal import Refusal
from shared.retry import require_time, retry
from shared.transaction import Obstacle

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class BatchWriter(Protocol):
    """Where a batch is written."""

    def write(self, writes: Sequence[Write], now: Seconds, time_left: TimeLeft) -> Outcomes:
        """Store each of them, or say why not."""

    def write_atomically(
        self, writes: Sequence[Write], now: Seconds, time_left: TimeLeft
    ) -> Outcomes:
        """Store all of them, or none."""


@dataclass(frozen=True, slots=True)
class DynamoBatchWriter:
    """Batches in DynamoDB tables."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    sleep: Callable[[float], None]

    def write(self, writes: Sequence[Write], now: Seconds, time_left: TimeLeft) -> Outcomes:
        """Store each of them, or say why not; DynamoDB has confirmed what is Accepted.

        Rows that reserve nothing are put 25 at a time, the others in transactions. If an element
        cancels its transaction, the others are tried again without it.
        """
        outcomes: Outcomes = {}
        plain = [write for write in writes if write.is_plain]
        for chunk in plain_chunks(plain):
            self._put(chunk, outcomes, time_left)
        for group in transactions([one for one in writes if not one.is_plain]):
            self._store(group, outcomes, now, time_left, atomic=False)
        return outcomes

    def write_atomically(
        self, writes: Sequence[Write], now: Seconds, time_left: TimeLeft
    ) -> Outcomes:
        """Store all of them in one transaction, or none. Raises BatchTooLarge.

        An element whose key was reserved at the same moment by a request that says the same is
        stored already; the others are then stored without it.
        """
        outcomes: Outcomes = {}
        group = only_transaction(writes)
        self._store(group, outcomes, now, time_left, atomic=True)
        for write in group:
            outcomes.setdefault(write.id, BatchRefused())
        return outcomes

    def _put(self, chunk: list[Write], outcomes: Outcomes, time_left: TimeLeft) -> None:
        pending: dict[str, Any] = {}
        for write in chunk:
            [row] = write.rows
            put = {"PutRequest": {"Item": row.item}}
            pending.setdefault(self.tables[row.table], []).append(put)

        def call() -> None:
            nonlocal pending
            require_time(time_left)  # or the answer about the other elements would be lost
            with outages():
                answer = self.client.batch_write_item(RequestItems=pending)
            pending = dict(answer.get("UnprocessedItems") or {})
            if pending:
                raise StorageUnavailable(congested=True)

        refusal: Refusal | None = None
        try:
            retry(call, time_left, self.sleep)
        except StorageUnavailable as outage:
            refusal = outage
        except Failure as failure:
            refusal = NotStorable.by(failure)
        left = {put["PutRequest"]["Item"]["id"]["S"] for table in pending.values() for put in table}
        outcomes.update({one.id: Accepted(one.id) for one in chunk if one.id not in left})
        rest = [one for one in chunk if one.id in left]
        if isinstance(refusal, NotStorable) and len(rest) > 1:
            for one in rest:  # DynamoDB has made none of them: find the one that it refuses
                self._put([one], outcomes, time_left)
        elif refusal is not None:
            outcomes.update({one.id: refusal for one in rest})

    def _store(
        self,
        group: list[Write],
        outcomes: Outcomes,
        now: Seconds,
        time_left: TimeLeft,
        *,
        atomic: bool,
    ) -> None:
        """Store a group in a transaction, without the elements whose key is held.

        What DynamoDB was too busy for is tried again, apart from the rest unless it is atomic.
        """
        pending = [group] if group else []

        def call() -> None:
            while pending:
                require_time(time_left)
                obstacles = self._transact(pending[0], now)
                congested = sort(pending, obstacles, outcomes, atomic=atomic)
                if atomic and any(isinstance(one, Refusal) for one in outcomes.values()):
                    pending.clear()
                elif congested:
                    raise StorageUnavailable(congested=True)

        refusal: Refusal
        try:
            retry(call, time_left, self.sleep)
        except StorageUnavailable as outage:
            refusal = outage
        except Failure as failure:
            refusal = NotStorable.by(failure)
        else:
            return
        rest = [write for one in pending for write in one]
        if isinstance(refusal, NotStorable) and len(rest) > 1 and not atomic:
            for write in rest:  # none of them is stored: find the one that DynamoDB refuses
                self._store([write], outcomes, now, time_left, atomic=False)
        else:
            outcomes.update({write.id: refusal for write in rest})

    def _transact(self, group: list[Write], now: Seconds) -> list[Obstacle] | None:
        """Store a group; None if it is stored, else an obstacle for each put."""
        puts = [
            put
            for one in group
            for put in transaction.to_puts(self.tables, one.reservations, one.rows, now)
        ]
        return transaction.store(self.client, puts, [row for one in group for row in one.rows])
