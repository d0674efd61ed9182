"""Work: of which subjects something may have changed, and what."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from aggregates.target import Target, needs_older
from aggregates.units import Unit
from aggregator.records import Feedback, Subject
from shared.uuids import Uuid


@dataclass(slots=True)
class Work:
    """What may have changed of one subject."""

    feedback: dict[Uuid, Feedback] = field(default_factory=dict)
    is_gone: bool = False
    """Whether some of it is stored no longer."""

    def add(self, feedback: Feedback) -> None:
        """Add feedback that has changed."""
        earlier = self.feedback.get(feedback.id, feedback)
        self.feedback[feedback.id] = feedback._replace(is_new=feedback.is_new and earlier.is_new)

    def needs_older(self, head: Unit) -> bool:
        """Whether it concerns more than the head."""
        return needs_older(head, self.feedback, is_gone=self.is_gone)

    def unknown(self, target: Target) -> list[Feedback]:
        """Return what has to be read to know what is stored: all but what is new and remembered."""
        known = target.entries
        return [one for id_, one in self.feedback.items() if not (one.is_new and id_ in known)]


Works = dict[Subject, Work]


def collect(changes: Iterable[Feedback]) -> Works:
    """Put together what concerns one subject."""
    works: Works = {}
    for feedback in changes:
        works.setdefault(feedback.subject, Work()).add(feedback)
    return works
