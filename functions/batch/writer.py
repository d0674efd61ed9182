"""How a batch is written: in as few calls as DynamoDB allows, with an outcome for each element."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from batch.grouping import only_transaction, sort, transactions
from batch.writes import Outcomes, Write
from feedback import transaction
from feedback.model import Accepted
from feedback.transaction import Obstacle
from shared.clock import Seconds, TimeLeft
from shared.dynamodb import SHORTEST_CALL, StorageUnavailable, outages
from shared.refusal import Refusal
from shared.retry import retry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_PLAIN = 25
"""How many rows one BatchWriteItem takes."""


class BatchRefused(Refusal):
    """Another element of the atomic batch was refused, so this one was not stored."""

    code = "batch_refused"
    status = HTTPStatus.FAILED_DEPENDENCY

    def __init__(self) -> None:
        super().__init__("Not stored: another element was refused")


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
        for start in range(0, len(plain), MAX_PLAIN):
            self._put(plain[start : start + MAX_PLAIN], outcomes, time_left)
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
            _require_time(time_left)
            with outages():
                answer = self.client.batch_write_item(RequestItems=pending)
            pending = dict(answer.get("UnprocessedItems") or {})
            if pending:
                raise StorageUnavailable(congested=True)

        refused: Outcomes = {}
        try:
            retry(call, time_left, self.sleep)
        except StorageUnavailable as refusal:
            puts = [put for table in pending.values() for put in table]
            refused = {put["PutRequest"]["Item"]["id"]["S"]: refusal for put in puts}
        for write in chunk:
            outcomes[write.id] = refused.get(write.id) or Accepted(write.id)

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
                _require_time(time_left)
                obstacles = self._transact(pending[0], now)
                congested = sort(pending, obstacles, outcomes, atomic=atomic)
                if atomic and any(isinstance(one, Refusal) for one in outcomes.values()):
                    pending.clear()
                elif congested:
                    raise StorageUnavailable(congested=True)

        try:
            retry(call, time_left, self.sleep)
        except StorageUnavailable as refusal:
            outcomes.update({write.id: refusal for rest in pending for write in rest})

    def _transact(self, group: list[Write], now: Seconds) -> list[Obstacle] | None:
        """Store a group; None if it is stored, else an obstacle for each put."""
        puts = [
            put
            for one in group
            for put in transaction.to_puts(self.tables, one.reservations, one.rows, now)
        ]
        return transaction.store(self.client, puts, [row for one in group for row in one.rows])


def _require_time(time_left: TimeLeft) -> None:
    """Begin no call that Lambda might end: the answer about the other elements would be lost."""
    if time_left() < SHORTEST_CALL:
        raise StorageUnavailable
