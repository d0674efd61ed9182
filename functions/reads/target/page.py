"""A page of a target's feedback: the rows of several tables in one order."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from operator import attrgetter
from typing import Any, NamedTuple

from feedback.model import Kind
from reads.size import MAX_ANSWER, size
from reads.target.table import Chunk, Query, Table
from reads.target.window import Window
from reads.view import View
from shared import uuids
from shared.clock import Clock, Seconds, TimeLeft
from shared.items import Item
from shared.parallel import side_by_side
from shared.uuids import Uuid

MAX_EXAMINED = 1_000
"""How many rows of a table are looked at for a page of one author's: most may be others'."""

_TIME_TO_GO_ON: Seconds = 5.0
"""With less time left, a page ends where it is."""
_SETTLED: Seconds = 60.0
"""How old an id is when its row has been stored: no request takes longer."""
_GREATEST = Uuid("ffffffff-ffff-ffff-ffff-ffffffffffff")


class Page(NamedTuple):
    """Some rows, and whether the page ends early."""

    rows: list[View]
    """The newest first."""
    next: Uuid | None
    """Where to go on, in the same direction, if the page is shorter than it was asked to be."""


class Ask(NamedTuple):
    """What a page is asked for."""

    target_id: Uuid
    window: Window
    show: Callable[[Kind[Any], Item], View]
    author: str | None = None
    """Whose rows alone are shown: those that were given with a token of theirs."""


class _Step(NamedTuple):
    """A row on the way through a table; or a place, up to which all of its rows are known."""

    id: Uuid
    row: tuple[Kind[Any], Item] | None


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages out of some tables."""

    tables: Sequence[Table]
    clock: Clock

    def read(self, ask: Ask, time_left: TimeLeft) -> Page:
        """Read the rows nearest to the cursor. Raises StorageUnavailable.

        Every row that was stored before this began is there, or on a page that goes on. So is
        every row that was stored before another that is shown: the tables are not read at the same
        instant, and where the newest row may have been stored in between, they are read again, up
        to it. A page of one author's rows costs a bounded number of rows, whatever others stored.
        """
        if ask.window.limit == 0:
            return Page([], None)
        page = self._read(ask, _GREATEST, time_left)
        newest = page.rows[0]["id"] if page.rows else None
        if newest and uuids.milliseconds(newest) / 1_000 > self.clock.now() - _SETTLED:
            page = self._read(ask, newest, time_left)
        return page

    def _read(self, ask: Ask, ceiling: Uuid, time_left: TimeLeft) -> Page:
        """Ask the tables side by side, and again where an answer ends before the page does."""
        window = ask.window
        limit = window.limit if ask.author is None else MAX_EXAMINED
        query = Query(ask.target_id, window.cursor, window.newer, limit, ask.author)
        chunks = side_by_side([partial(table.query, query, time_left) for table in self.tables])
        ways = [
            _steps(table, query, chunk, time_left)
            for table, chunk in zip(self.tables, chunks, strict=True)
        ]
        steps = heapq.merge(*ways, key=attrgetter("id"), reverse=not window.newer)

        def may_go_on() -> bool:
            return ask.author is None and time_left() > _TIME_TO_GO_ON

        if window.newer:
            page = _collect(takewhile(lambda step: step.id <= ceiling, steps), ask, may_go_on)
            return page._replace(rows=page.rows[::-1])
        older = (step for step in steps if step.row is None or step.id <= ceiling)
        return _collect(older, ask, may_go_on)


def _steps(table: Table, query: Query, chunk: Chunk, time_left: TimeLeft) -> Iterator[_Step]:
    """Go through a table; what lies beyond a place is not asked for before it is needed."""
    while True:
        for item in chunk.items:
            yield _Step(Uuid(item["id"]["S"]), (table.kind, item))
        if chunk.last is None:
            return
        yield _Step(chunk.last, None)
        chunk = table.query(query._replace(cursor=chunk.last), time_left)


def _collect(steps: Iterator[_Step], ask: Ask, may_go_on: Callable[[], bool]) -> Page:
    """Show rows until the page is full; it ends early at a place that it may not go beyond."""
    rows: list[View] = []
    taken, last = 0, None
    for step in steps:
        if step.row is None:
            if not may_go_on():
                return Page(rows, step.id)
            continue
        row = ask.show(*step.row)
        taken += size(row)
        if taken > MAX_ANSWER:
            return Page(rows, last)
        rows.append(row)
        last = step.id
        if len(rows) == ask.window.limit:
            break
    return Page(rows, None)
