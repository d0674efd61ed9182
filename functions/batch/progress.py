"""A batch at work: which of its elements are open, and what has become of the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from batch.writes import Outcome, answer_by_holder
from feedback.lookup import BatchRead
from feedback.model import Accepted
from feedback.reservations import Reservation
from feedback.rows import Row
from feedback.rules import Draft
from shared.clock import Seconds
from shared.dynamodb import StorageUnavailable
from shared.refusal import Refusal


class Entry(NamedTuple):
    """An element that has passed the rules which need no look-up."""

    draft: Draft
    reservation: Reservation | None
    dryrun: bool
    rows: Sequence[Row] | None
    """What is to be stored; None as long as its target must be looked up for it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The elements of a batch by their places: each is open until it has an outcome."""

    atomic: bool
    """Whether all of it is stored, or nothing."""
    open: dict[int, Entry] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    refused_with_key: dict[int, tuple[Reservation, Refusal]] = field(default_factory=dict)
    """Elements that a rule refuses, unless an earlier request has stored them under their key."""
    followers: dict[int, tuple[int, Outcome]] = field(default_factory=dict)
    """Elements whose key an earlier element reserves: which one, and what they become if it can."""

    def close(self, place: int, outcome: Outcome) -> None:
        """Note what became of an element."""
        self.open.pop(place, None)
        self.outcomes[place] = outcome

    def close_followers(self) -> None:
        """Note what became of elements whose key an earlier element was to reserve.

        If it could not, another request may hold the key, or none: a follower that says something
        else must then be sent again.
        """
        for place, (first, second) in self.followers.items():
            outcome = self.outcomes[first]
            if isinstance(second, Refusal):
                stored = isinstance(outcome, Accepted)
                outcome = second if stored else StorageUnavailable()
            self.close(place, outcome)

    def close_held(self, batch: BatchRead, now: Seconds) -> None:
        """Close the elements whose key is held by an earlier request."""
        for place, entry in list(self.open.items()):
            if entry.reservation and (earlier := batch.holder(entry.reservation.key, now)):
                self.close(place, answer_by_holder(entry.reservation, earlier))

    @property
    def refused(self) -> bool:
        """Whether any element is refused so far."""
        return any(isinstance(outcome, Refusal) for outcome in self.outcomes.values())
