"""Recorded inferences as aggregates list them: of a function or an episode, in one order."""

import heapq
from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from aggregates import layout
from aggregates.inference import Inference, read_listed
from reads.aggregate.store import Store
from reads.aggregate.table import Chunk, Range, Table
from reads.listing.filter import Made
from shared.uuids import Uuid

FEW, MANY = 20, 200
"""How many inferences the first call of a partition reads, and each other."""


class Source(NamedTuple):
    """Which inferences are gone through, in which order."""

    function: str | None
    episode: Uuid | None
    span: Made
    cursor: Uuid | None
    newer: bool
    """On which side of the cursor they lie."""
    newest_first: bool


def candidates(store: Store, generation: int, source: Source) -> Iterator[Inference]:
    """Yield inferences; what lies further on is not read before it is needed.

    Raises StorageUnavailable.
    """
    ranges = list(_ranges(generation, source))
    chunks = store.side_by_side([partial(_chunk, store, range_, None) for range_ in ranges])
    ways = [_items(store, range_, chunk) for range_, chunk in zip(ranges, chunks, strict=True)]
    merged = heapq.merge(*ways, key=attrgetter("id"), reverse=source.newest_first)
    for candidate in merged:
        if candidate.id != source.cursor and source.function in {None, candidate.function}:
            yield candidate


def _ranges(generation: int, source: Source) -> Iterator[Range]:
    """Yield where they are: an episode's in one partition, a function's in one for each digit."""
    first, last = f"{source.span.first:012x}", f"{max(source.span.last, 0):012x}"
    first, last = f"{first[:8]}-{first[8:]}", f"{last[:8]}-{last[8:]}~"
    if source.cursor is not None:
        first = max(first, source.cursor) if source.newer else first
        last = last if source.newer else min(last, source.cursor)
    if first > last:
        return
    if source.episode is not None:
        keys = [layout.episode_key(generation, source.episode)]
    else:
        name = source.function or ""
        keys = [layout.inferences_key(generation, name, digit) for digit in layout.DIGITS]
    yield from (Range(key, first, last, source.newest_first, FEW) for key in keys)


def _items(store: Store, range_: Range, chunk: Chunk) -> Iterator[Inference]:
    more = range_._replace(limit=MANY)
    while True:
        yield from map(read_listed, chunk.items)
        if chunk.last is None:
            return
        chunk = _chunk(store, more, chunk.last, store.tables[0])


def _chunk(store: Store, range_: Range, after: str | None, table: Table) -> Chunk:
    return table.chunk(range_, after, store.time_left)
