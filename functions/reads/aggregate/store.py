"""Reads of the table of aggregates: several partitions side by side, all of one generation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from aggregates import layout
from aggregates.layout import Series
from reads.aggregate.table import HIGHEST, Range, Table
from shared.clock import TimeLeft
from shared.database import KEYS_AT_ONCE
from shared.items import Item
from shared.parallel import side_by_side

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Store:
    """The table, with a client for each thread; and the time that is left for a request."""

    tables: Sequence[Table]
    time_left: TimeLeft

    def of_one_generation(self, read: Callable[[int], Result]) -> Result:
        """Return what is read of the generation in force.

        A rebuild may put another in force meanwhile, and take the old one away: then it is read
        again. Raises StorageUnavailable.
        """
        generation = self.tables[0].generation(self.time_left)
        while True:
            result = read(generation)
            current = self.tables[0].generation(self.time_left)
            if current == generation:
                return result
            generation = current

    def side_by_side(self, parts: Sequence[Callable[[Table], Result]]) -> list[Result]:
        """Do all parts, as many at a time as there are clients; return their results in order."""
        lanes = [parts[start :: len(self.tables)] for start in range(len(self.tables))]

        def do(table: Table, lane: Sequence[Callable[[Table], Result]]) -> list[Result]:
            return [part(table) for part in lane]

        done = side_by_side(
            [
                partial(do, table, lane)
                for table, lane in zip(self.tables, lanes, strict=True)
                if lane
            ]
        )
        return [done[i % len(self.tables)][i // len(self.tables)] for i in range(len(parts))]

    def read(self, table: Table, range_: Range) -> Iterator[Item]:
        """Yield all items of a range, read by one of the clients."""
        after = None
        while True:
            chunk = table.chunk(range_, after, self.time_left)
            yield from chunk.items
            if chunk.last is None:
                return
            after = chunk.last

    def find(self, name: str, keys: Sequence[Item]) -> list[Item]:
        """Look items of a table up, side by side; in no order."""
        calls = [keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE)]
        found = self.side_by_side([partial(self._find, name, call) for call in calls])
        return [item for items in found for item in items]

    def series(
        self, generation: int, function: str, metric: str | None = None
    ) -> list[tuple[Series, int]]:
        """Return the series of a function, or of one of its metrics, each with its shards."""
        first, last = "\x00", HIGHEST
        if metric is not None:
            first = layout.series_prefix(metric)
            last = first + HIGHEST
        listed = Range(layout.series_key(generation, function), first, last)
        items = self.read(self.tables[0], listed)
        return [layout.read_series(function, item) for item in items]

    def _find(self, name: str, keys: Sequence[Item], table: Table) -> list[Item]:
        return table.find(name, keys, self.time_left)
