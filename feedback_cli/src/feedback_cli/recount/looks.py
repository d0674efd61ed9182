"""Judges places by several looks at them: only what has not moved from one to the next.

The tables are not read at one instant, so a place may differ only because votes arrive there, or
be equal by chance. Where it has the same mark in two looks, nothing has arrived between them, and
what it says has had the time between them to become right.
"""

import sqlite3
from collections.abc import Iterable

from feedback_cli.recount.compare import Place
from feedback_cli.recount.difference import Difference

MOST = 10_000
"""How many differences are kept; the others are counted."""

_SCHEMA = """
CREATE TABLE place (name PRIMARY KEY, look, mark, judged) WITHOUT ROWID;
"""


class Looks:
    """What is known of all places. On this machine's disk: its memory need not hold them all."""

    def __init__(self) -> None:
        """Begin before the first look."""
        # A database without a name is a file that goes with the connection.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_SCHEMA)
        self._look = 0
        self._differing = 0
        self.differences = list[Difference]()
        """Those that are none of votes on their way: MOST at most, in the order of their places."""
        self.more = 0
        """How many there are besides these."""

    def close(self) -> None:
        """Delete it."""
        self._database.close()

    def add(self, places: Iterable[Place]) -> None:
        """Look once more."""
        self._look += 1
        self._differing = 0
        self._database.execute("BEGIN")
        for place in places:
            self._differing += bool(place.differences)
            if self._is_judged(place):
                kept = place.differences[: MOST - len(self.differences)]
                self.differences += kept
                self.more += len(place.differences) - len(kept)
        self._database.execute("COMMIT")
        self.differences.sort(key=lambda one: one.where)

    @property
    def open(self) -> int:
        """How many places nothing can be said of yet.

        After one look, those that differ: where nothing does, nothing has arrived that could hide
        a difference. After others, all that have always moved.
        """
        if self._look == 1:
            return self._differing
        # What is not there in two looks has not moved, and is right.
        query = "SELECT count(*) FROM place WHERE NOT judged AND look >= ?"
        [count] = self._database.execute(query, (self._look - 1,)).fetchone()
        return int(count)

    def _is_judged(self, place: Place) -> bool:
        """Note what a place says; return whether it is to be believed, now for the first time."""
        query = "SELECT look, mark, judged FROM place WHERE name = ?"
        row = self._database.execute(query, (place.where,)).fetchone()
        look, mark, judged = row or (0, b"", False)
        # A place that was not there in the two looks before was right.
        if judged or look < self._look - 2:
            return False
        same = look == self._look - 1 and mark == place.mark
        self._database.execute(
            "INSERT OR REPLACE INTO place VALUES (?, ?, ?, ?)",
            (place.where, self._look, place.mark, same),
        )
        return bool(same)
