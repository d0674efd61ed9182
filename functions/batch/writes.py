"""What is to be written for the elements of a batch, and what becomes of them."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple, Self, TypeAlias

from feedback.model import Accepted
from feedback.reservations import Reservation
from feedback.rows import Row
from shared.dynamodb import Failure, is_invalid
from shared.items import Item, item_size
from shared.refusal import Refusal
from shared.uuids import Uuid


class BatchRefused(Refusal):
    """Another element of the atomic batch was refused, so this one was not stored."""

    code = "batch_refused"
    status = HTTPStatus.FAILED_DEPENDENCY

    def __init__(self) -> None:
        super().__init__("Not stored: another element was refused")


class NotStorable(Refusal):
    """DynamoDB refuses an item, by a fault of ours; the other elements are stored all the same."""

    code = "not_storable"
    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self) -> None:
        super().__init__("The database refuses this element: please report it")

    @classmethod
    def by(cls, failure: Failure) -> Self:
        """Make it of what DynamoDB answered; raise that again if it is not about an item."""
        if not is_invalid(failure):
            raise failure
        refusal = cls()
        refusal.__cause__ = failure
        return refusal


Outcome: TypeAlias = Accepted | Refusal
"""What becomes of an element."""
Outcomes: TypeAlias = dict[Uuid, Outcome]
"""By the id that the feedback was to have."""


class Write(NamedTuple):
    """All that is stored of one element: all of it or nothing."""

    id: Uuid
    rows: Sequence[Row]
    reservations: Sequence[Reservation]

    @property
    def is_plain(self) -> bool:
        """Whether it is one row that reserves nothing: it needs no transaction."""
        return self.puts == 1

    @property
    def puts(self) -> int:
        """How many items it writes."""
        return len(self.reservations) + len(self.rows)

    @property
    def size(self) -> int:
        """How many bytes its items have."""
        reserved = sum(item_size(one.to_item()) for one in self.reservations)
        return reserved + sum(item_size(row.item) for row in self.rows)


def answer_by_holder(reservation: Reservation, earlier: Item) -> Outcome:
    """Return what becomes of an element whose key an earlier request holds."""
    try:
        return Accepted(reservation.holder(earlier), replayed=True)
    except Refusal as refusal:
        return refusal
