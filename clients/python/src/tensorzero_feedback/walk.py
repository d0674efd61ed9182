"""The way through the pages of a target's feedback, in either direction."""

from collections.abc import Iterable
from dataclasses import dataclass

from tensorzero_feedback.model import Id, Page, StoredFeedback


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page is asked for: the newest one, what is before an id, or what is after one."""

    before: Id | None = None
    after: Id | None = None

    def in_order(self, page: Page) -> Iterable[StoredFeedback]:
        """Return a page's feedback in the order of the walk."""
        return page.feedback if self.after is None else reversed(page.feedback)

    def following(self, page: Page) -> "Place | None":
        """Return where to go on; None at the end."""
        if page.next is None:
            return None
        return Place(before=page.next) if self.after is None else Place(after=page.next)
