"""Shards: over which partitions the counters of a popular series are spread."""

import random
from dataclasses import dataclass, field

from aggregates.counters import Counts
from aggregates.layout import SHARDS, Series

_RANDOM = random.SystemRandom()


@dataclass(slots=True)
class Shards:
    """Which shards this environment adds to, and which series are listed in the table.

    All begin with the first shard: a quiet series is read with one query. Where environments get
    into each other's way, they part.
    """

    of: dict[Series, int] = field(default_factory=dict)
    listed: set[tuple[int, Series, int]] = field(default_factory=set)

    def leave(self, counts: Counts) -> None:
        """Add to other shards from now on."""
        for series in {counter.series for counter in counts}:
            self.of[series] = _RANDOM.randrange(SHARDS)
