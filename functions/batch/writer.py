"""How a batch is written: in as few calls as DynamoDB allows, and each element's fate is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from batch.grouping import TAKEN, only_transaction, sort, transactions
from batch.writing import Outcomes, Writing
from submit.service import Receipt
from submit.store import to_puts, token
from shared.dynamodb import CONGESTED_REASONS, WORST_CALL, outages
from shared.errors import BatchRefused, Refusal, StorageUnavailable
from shared.retry import TimeLeft, persist

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_PLAIN = 25
"""How many rows one BatchWriteItem takes."""


class BatchWriter(Protocol):
    """Where a batch is written."""

    def write(self, writings: Sequence[Writing], now: int, time_left: TimeLeft) -> Outcomes:
        """Store each of them, or tell why not."""

    def write_atomically(
        self, writings: Sequence[Writing], now: int, time_left: TimeLeft
    ) -> Outcomes:
        """Store all of them, or none."""


@dataclass(frozen=True, slots=True)
class DynamoBatchWriter:
    """Batches in DynamoDB tables."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    """A kind's table to the name that the table has on AWS."""
    sleep: Callable[[float], None]

    def write(self, writings: Sequence[Writing], now: int, time_left: TimeLeft) -> Outcomes:
        """Store each of them, or tell why not; DynamoDB has acknowledged what is a Receipt.

        Rows that claim nothing are put by the dozen; the others in transactions, which are taken
        apart if one of them stands in the way. `now` is in seconds since 1970.
        """
        outcomes: Outcomes = {}
        plain = [writing for writing in writings if writing.is_plain]
        for start in range(0, len(plain), MOST_PLAIN):
            self._put(plain[start : start + MOST_PLAIN], outcomes, time_left)
        for group in transactions([one for one in writings if not one.is_plain]):
            self._store(group, outcomes, now, time_left, atomic=False)
        return outcomes

    def write_atomically(
        self, writings: Sequence[Writing], now: int, time_left: TimeLeft
    ) -> Outcomes:
        """Store all of them in one transaction, or none. Raises BatchTooLarge.

        Those whose key was taken in the same moment by a request that says the same are stored
        already; the others are then stored without them.
        """
        outcomes: Outcomes = {}
        group = only_transaction(writings)
        self._store(group, outcomes, now, time_left, atomic=True)
        for writing in group:
            outcomes.setdefault(writing.id, BatchRefused("Not stored: another element was refused"))
        return outcomes

    def _put(self, chunk: list[Writing], outcomes: Outcomes, time_left: TimeLeft) -> None:
        pending: dict[str, Any] = {}
        for writing in chunk:
            [row] = writing.rows
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
            persist(call, time_left, self.sleep)
        except StorageUnavailable as refusal:
            puts = [put for table in pending.values() for put in table]
            refused = {put["PutRequest"]["Item"]["id"]["S"]: refusal for put in puts}
        for writing in chunk:
            outcomes[writing.id] = refused.get(writing.id) or Receipt(writing.id)

    def _store(
        self,
        group: list[Writing],
        outcomes: Outcomes,
        now: int,
        time_left: TimeLeft,
        *,
        atomic: bool,
    ) -> None:
        """Store a group in a transaction, without those whose key is taken.

        What is in conflict is tried again, apart from the rest unless all are one.
        """
        pending = [group] if group else []

        def call() -> None:
            while pending:
                _require_time(time_left)
                reasons = self._transact(pending[0], now)
                crowded = sort(pending, reasons, outcomes, atomic=atomic)
                if atomic and any(isinstance(one, Refusal) for one in outcomes.values()):
                    pending.clear()
                elif crowded:
                    raise StorageUnavailable(congested=True)

        try:
            persist(call, time_left, self.sleep)
        except StorageUnavailable as refusal:
            outcomes.update({writing.id: refusal for rest in pending for writing in rest})

    def _transact(self, group: list[Writing], now: int) -> list[Any] | None:
        """Store a group; None if it is stored, else for each put what stood in its way."""
        puts = [put for one in group for put in to_puts(self.tables, one.claims, one.rows, now)]
        rows = [row for one in group for row in one.rows]
        with outages():
            try:
                self.client.transact_write_items(TransactItems=puts, ClientRequestToken=token(rows))
            except self.client.exceptions.TransactionCanceledException as error:
                reasons: list[Any] = error.response["CancellationReasons"]
                if {one["Code"] for one in reasons} <= {"None", TAKEN, *CONGESTED_REASONS}:
                    return reasons
                raise
        return None


def _require_time(time_left: TimeLeft) -> None:
    """Begin no call that Lambda might end: nobody would be told what the others have stored."""
    if time_left() < WORST_CALL:
        raise StorageUnavailable
