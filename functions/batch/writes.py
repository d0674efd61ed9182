"""What is to be written for the elements of a batch, and what becomes of them."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from feedback.model import Accepted
from feedback.reservations import Reservation
from feedback.rows import Row
from shared.items import Item, item_size
from shared.refusal import Refusal
from shared.uuids import Uuid

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
