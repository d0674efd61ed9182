"""What `feedback show` shows: the newest rows of a target, and those that come later."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
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
_SETTLED = 60_000
"""How old an id is when its row has been stored, in milliseconds: no request takes longer."""
_NIL = "00000000-0000-0000-0000-000000000000"


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
        known, oldest = {row.id for row in shown}, shown[-1].id if shown else ""
        while True:
            self.pause()
            try:
                rows = [*self.client.iterate(self.target_id, after=_start(known))]
            except Unavailable as error:
                self.missed(error)
                continue
            new = [row for row in rows if row.id not in known and row.id > oldest]
            known |= {row.id for row in new}
            start = _start(known)
            known = {id_ for id_ in known if id_ >= start}
            if new:
                self.found(new)


def _start(known: Iterable[str]) -> str:
    """Return an id that is smaller than those of rows that may still be stored."""
    newest = max(known, default=_NIL)
    milliseconds = max(int(newest[:8] + newest[9:13], 16) - _SETTLED, 0)
    digits = f"{milliseconds:012x}"
    return f"{digits[:8]}-{digits[8:]}{_NIL[13:]}"


def table(rows: Sequence[StoredFeedback]) -> Table:
    """Draw rows; each column is as wide as it needs to be."""
    drawn = Table(box=None, pad_edge=False)
    drawn.add_column("Time", no_wrap=True)
    for name in ("Metric", "Value", "Tags", "Given by"):
        drawn.add_column(name, overflow="fold")
    drawn.add_column("ID", no_wrap=True)
    return _filled(drawn, rows)


def part(rows: Sequence[StoredFeedback], *, heading: bool) -> Table:
    """Draw rows as a part of a long table, whose columns are alike in all of its parts."""
    drawn = Table(box=None, pad_edge=False, expand=True, show_header=heading)
    drawn.add_column("Time", width=len("2026-11-19T09:13:43Z"), no_wrap=True)
    for name, ratio in (("Metric", 3), ("Value", 4), ("Tags", 2)):
        drawn.add_column(name, ratio=ratio, overflow="fold")
    drawn.add_column("Given by", width=len("OVKWMLyrbD9x"), overflow="fold")
    drawn.add_column("ID", width=36, no_wrap=True)
    return _filled(drawn, rows)


def _filled(drawn: Table, rows: Sequence[StoredFeedback]) -> Table:
    for row in rows:
        drawn.add_row(*_cells(row))
    return drawn


def _cells(row: StoredFeedback) -> list[str]:
    value = row.value if isinstance(row.value, str) else json.dumps(row.value)
    tags = [f"{name}={text}" for name, text in row.tags.items() if not name.startswith(_RESERVED)]
    by = row.tags.get(_AUTHOR) or row.tags.get(_KEY, "")
    texts = [row.metric_name, value, " ".join(tags), by]
    time = row.timestamp.astimezone(UTC)
    return [f"{time:%Y-%m-%dT%H:%M:%SZ}", *map(_line, texts), row.id]


def _line(text: str) -> str:
    """Write a text in one line that cannot steer the terminal, and no more than is readable."""
    shown = printable(" ".join(text[:LONGEST].split()))
    return shown if len(text) <= LONGEST else f"{shown}…"
