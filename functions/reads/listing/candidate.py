"""A recorded inference, as aggregates list it."""

from typing import NamedTuple

from shared.uuids import Uuid


class Candidate(NamedTuple):
    """An inference that may be listed."""

    id: Uuid
    function: str
    variant: str
    episode: Uuid

    def target(self, level: str) -> Uuid:
        """Return whose feedback counts, on a metric of a level."""
        return self.id if level == "inference" else self.episode
