"""Where feedback is kept: one table a kind, the write acknowledged before it returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from feedback import transaction
from feedback.reservations import Reservation
from feedback.rows import Row
from shared.clock import Seconds
from shared.dynamodb import StorageUnavailable, outages
from shared.uuids import Uuid

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class FeedbackStore(Protocol):
    """Where rows are written."""

    def write(
        self, rows: Sequence[Row], reservations: Sequence[Reservation], now: Seconds
    ) -> Uuid | None:
        """Store all of it durably, or raise StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class DynamoFeedbackStore:
    """Rows in DynamoDB tables."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]

    def write(
        self, rows: Sequence[Row], reservations: Sequence[Reservation], now: Seconds
    ) -> Uuid | None:
        """Write the rows and what they reserve, all or none; on return DynamoDB has confirmed it.

        If a reservation is held by a request that says the same, nothing is written: returns the id
        of the feedback that holds it. Raises StorageUnavailable, AlreadyVoted,
        IdempotencyKeyReused.

        Safe to repeat with the same `now`: a row's key is new and its content the same, so a second
        put changes nothing, and DynamoDB makes a transaction once.
        """
        if len(rows) == 1 and not reservations:
            with outages():
                self.client.put_item(TableName=self.tables[rows[0].table], Item=rows[0].item)
            return None
        puts = transaction.to_puts(self.tables, reservations, rows, now)
        obstacles = transaction.store(self.client, puts, rows)
        if obstacles is None:
            return None
        for reservation, obstacle in zip(reservations, obstacles, strict=False):
            if obstacle.congested:  # the first reservation decides, so its answer is needed
                break
            if obstacle.held:
                return reservation.holder(obstacle.held)
        raise StorageUnavailable(congested=True)
