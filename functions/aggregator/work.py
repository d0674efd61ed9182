"""Work: of which subjects something may have changed, and what."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from aggregates.units import Unit
from aggregator.records import Feedback, Subject
from shared.uuids import Uuid


@dataclass(slots=True)
class Work:
    """What may have changed of one subject."""

    feedback: dict[Uuid, Feedback] = field(default_factory=dict)
    whole: bool = False
    """Whether all that is remembered has to be looked at: feedback is gone."""

    def add(self, feedback: Feedback) -> None:
        """Add feedback that has changed."""
        earlier = self.feedback.get(feedback.id, feedback)
        self.feedback[feedback.id] = feedback._replace(is_new=feedback.is_new and earlier.is_new)

    def needs_older(self, head: Unit) -> bool:
        """Whether it concerns more than the head."""
        return head.floor is not None and (
            self.whole or any(id_ <= head.floor for id_ in self.feedback)
        )


Works = dict[Subject, Work]


def collect(changes: Iterable[Feedback]) -> Works:
    """Put together what concerns one subject."""
    works: Works = {}
    for feedback in changes:
        works.setdefault(feedback.subject, Work()).add(feedback)
    return works
