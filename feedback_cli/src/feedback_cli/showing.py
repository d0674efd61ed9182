"""What `feedback show` shows: the newest rows of a target, and those that come later."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import NoReturn

from rich.table import Table

from feedback_cli.output import printable
from tensorzero_feedback import FeedbackClient, StoredFeedback, Unavailable

LONGEST = 200
"""How much of a value is shown, in characters; `--json` shows it all."""

_RESERVED = "tensorzero::"
_AUTHOR = f"{_RESERVED}token_author"
_KEY = f"{_RESERVED}api_key_public_id"
_SETTLED = timedelta(seconds=60)
"""How old an id is when its row has been stored: no request takes longer."""


def newest(client: FeedbackClient, target_id: str, limit: int) -> tuple[list[StoredFeedback], bool]:
    """Read the newest feedback; return also whether there is more. Raises FeedbackError."""
    page_size = min(limit + 1, 100)
    found = [*islice(client.iterate(target_id, page_size=page_size), limit + 1)]
    return found[:limit], len(found) > limit


@dataclass(frozen=True, slots=True)
class Follower:
    """Waits for feedback on a target."""

    client: FeedbackClient
    target_id: str
    pause: Callable[[], None]
    """Waits before each look."""
    found: Callable[[list[StoredFeedback]], None]
    """Is called with what is new, the oldest first."""
    missed: Callable[[Unavailable], None]
    """Is called if a look was not answered."""

    def follow(self, shown: Sequence[StoredFeedback]) -> NoReturn:
        """Look for ever for what is not `shown`, the newest rows before it.

        An id is made when a request comes, and its row is stored up to a minute later: so each time
        all rows are read whose ids are as new as that. Raises FeedbackError, but for Unavailable.
        """
        known, oldest = {row.id: row for row in shown}, shown[-1].id if shown else ""
        while True:
            self.pause()
            try:
                rows = [*self.client.iterate(self.target_id, after=_start(known.values()))]
            except Unavailable as error:
                self.missed(error)
                continue
            new = [row for row in rows if row.id not in known and row.id > oldest]
            known = {row.id: row for row in rows} or known
            if new:
                self.found(new)


def _start(known: Iterable[StoredFeedback]) -> str:
    """Return an id that is smaller than those of rows that may still be stored."""
    newest = max((row.timestamp for row in known), default=None)
    milliseconds = 0 if newest is None else round((newest - _SETTLED).timestamp() * 1_000)
    digits = f"{milliseconds:012x}"
    return f"{digits[:8]}-{digits[8:]}-0000-0000-000000000000"


def table(rows: Sequence[StoredFeedback], *, heading: bool = True) -> Table:
    """Draw rows. Tables of the same width have columns of the same widths."""
    drawn = Table(box=None, pad_edge=False, expand=True, show_header=heading)
    drawn.add_column("Time", width=24, no_wrap=True)
    for name, ratio in (("Metric", 2), ("Value", 4), ("Tags", 2), ("Given by", 2)):
        drawn.add_column(name, ratio=ratio, overflow="fold")
    drawn.add_column("ID", width=36, no_wrap=True)
    for row in rows:
        drawn.add_row(*_cells(row))
    return drawn


def _cells(row: StoredFeedback) -> list[str]:
    value = row.value if isinstance(row.value, str) else json.dumps(row.value)
    tags = [f"{name}={text}" for name, text in row.tags.items() if not name.startswith(_RESERVED)]
    by = row.tags.get(_AUTHOR) or row.tags.get(_KEY, "")
    texts = [row.metric_name, value, " ".join(tags), by]
    return [row.row["timestamp"], *map(_line, texts), row.id]


def _line(text: str) -> str:
    """Write a text in one line that cannot steer the terminal, and no more than is readable."""
    shown = printable(" ".join(text[:LONGEST].split()))
    return shown if len(text) <= LONGEST else f"{shown}…"
