"""What is to be written of a batch's elements, and what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from feedback.reservations import Claim
from submit.service import Receipt
from submit.store import Row
from shared.dynamodb import Item, item_size
from shared.errors import Refusal
from shared.uuids import Uuid

Outcome: TypeAlias = Receipt | Refusal
"""What becomes of an element: it is stored, or refused."""
Outcomes: TypeAlias = dict[Uuid, Outcome]
"""By the id that the feedback was to have."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What is stored of one element: all of it or nothing."""

    id: Uuid
    rows: Sequence[Row]
    claims: Sequence[Claim]

    @property
    def is_plain(self) -> bool:
        """Whether it is one row that claims nothing: it needs no transaction."""
        return self.puts == 1

    @property
    def puts(self) -> int:
        """How many items it writes."""
        return len(self.claims) + len(self.rows)

    @property
    def size(self) -> int:
        """How many bytes its items have."""
        claimed = sum(item_size(claim.to_item()) for claim in self.claims)
        return claimed + sum(item_size(row.item) for row in self.rows)


def settled(claim: Claim, earlier: Item) -> Outcome:
    """Tell what becomes of an element whose key was taken before."""
    try:
        return Receipt(claim.settle(earlier), repeated=True)
    except Refusal as refusal:
        return refusal
