"""A batch at work: which of its elements are open, and what has become of the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from batch.writing import Outcome, settled
from feedback.reservations import Claim
from feedback.rules import Draft
from feedback.lookup import Question
from submit.service import Receipt
from submit.store import Row
from shared.errors import Refusal, StorageUnavailable


@dataclass(frozen=True, slots=True)
class Entry:
    """An element that could be drafted."""

    draft: Draft
    claim: Claim | None
    dryrun: bool
    rows: Sequence[Row] | None
    """What is to be stored; None as long as its target must be looked up for it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A batch at work, by the places of its elements: each is open until it has an outcome."""

    atomic: bool
    """Whether all of it is stored, or nothing."""
    open: dict[int, Entry] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    followers: dict[int, tuple[int, Outcome]] = field(default_factory=dict)
    """Elements whose key an earlier one takes: which one, and what they become if it does."""

    def close(self, place: int, outcome: Outcome) -> None:
        """Say what became of an element."""
        self.open.pop(place, None)
        self.outcomes[place] = outcome

    def close_followers(self) -> None:
        """Say what became of elements whose key an earlier one was to take.

        If it could not, somebody else may have the key, or nobody: another request with this key
        is to come again.
        """
        for place, (first, second) in self.followers.items():
            outcome = self.outcomes[first]
            if isinstance(second, Refusal):
                stored = isinstance(outcome, Receipt)
                outcome = second if stored else StorageUnavailable()
            self.close(place, outcome)

    @property
    def refused(self) -> bool:
        """Whether any element is refused so far."""
        return any(isinstance(outcome, Refusal) for outcome in self.outcomes.values())

    def settle(self, question: Question, now: int) -> None:
        """Close the elements whose key was taken before; seconds since 1970."""
        for place, entry in list(self.open.items()):
            if entry.claim and (earlier := question.claim(entry.claim.key, now)):
                self.close(place, settled(entry.claim, earlier))
