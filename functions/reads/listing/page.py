"""A page of inferences: those that pass, in their order, as many as can be looked at."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from aggregates.inference import Inference
from reads.aggregate.answer import AnswerTooLarge
from reads.aggregate.settings import Settings
from reads.aggregate.store import Store
from reads.listing import filter as filters
from reads.listing.candidates import Source, candidates
from reads.listing.request import ListRequest, Order
from reads.listing.row import rows
from reads.listing.vote import votes
from reads.size import MAX_ANSWER, size
from shared.clock import Seconds
from shared.refusal import Refusal
from shared.uuids import Uuid

MAX_EXAMINED = 5_000
"""How many inferences a request looks at."""

_BATCH = 100
"""How many of them are looked at together."""
_TIME_TO_GO_ON: Seconds = 5.0
"""With less time left, a page ends where it is."""


class TooManyInferences(Refusal):
    """A list that is not there without looking at more inferences than a request may."""

    code = "too_many_inferences"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            f"At most {MAX_EXAMINED} inferences are looked at, which is too few for this order or "
            "offset: narrow them down by a `time` filter, or go through them by `before`"
        )


class _Selection(NamedTuple):
    """The inferences of a page; and where to go on, if it ends early."""

    candidates: list[Inference]
    next: Uuid | None


def read(store: Store, request: ListRequest, settings: Settings) -> dict[str, Any]:
    """Return a page, in TensorZero's shape. Raises TooManyInferences, StorageUnavailable.

    If a page ends early, it has `next`: the place to go on from, in the same direction.
    """
    return store.of_one_generation(lambda generation: _read(store, generation, request, settings))


def _read(
    store: Store, generation: int, request: ListRequest, settings: Settings
) -> dict[str, Any]:
    choose = _ordered if request.order.terms else _selected
    found = choose(store, generation, request)
    shown: list[dict[str, Any]] = []
    taken, next_ = 0, found.next
    for row in rows(store, generation, found.candidates, request.output_source, settings):
        taken += size(row)
        if taken > MAX_ANSWER:
            if request.order != Order():
                raise AnswerTooLarge("lower the limit")
            next_ = Uuid(shown[-1]["inference_id"])
            break
        shown.append(row)
    if request.newest_first is not request.order.descending:
        shown.reverse()
    return {"inferences": shown, **({} if next_ is None else {"next": next_})}


def _selected(store: Store, generation: int, request: ListRequest) -> _Selection:
    """Go through inferences in the order of their ids, until the page is full."""
    if request.place.limit == 0:
        return _Selection([], None)
    selected: list[Inference] = []
    skipped = examined = 0
    for batch in _batches(candidates(store, generation, _source(request))):
        examined += len(batch)
        for candidate in _passing(store, generation, request, batch):
            if skipped < request.place.offset:
                skipped += 1
                continue
            selected.append(candidate)
            if len(selected) == request.place.limit:
                return _Selection(selected, None)
        if examined >= MAX_EXAMINED or store.time_left() < _TIME_TO_GO_ON:
            if skipped < request.place.offset or request.order != Order():
                raise TooManyInferences
            return _Selection(selected, batch[-1].id)
    return _Selection(selected, None)


def _ordered(store: Store, generation: int, request: ListRequest) -> _Selection:
    """Look at all inferences, and order those that pass by the latest feedback on metrics."""
    every = list(islice(candidates(store, generation, _source(request)), MAX_EXAMINED + 1))
    if len(every) > MAX_EXAMINED:
        raise TooManyInferences
    passing = [
        one for batch in _batches(every) for one in _passing(store, generation, request, batch)
    ]
    terms = request.order.terms
    known = votes(store, generation, {term.sought for term in terms}, passing)
    for term in reversed(terms):
        values = {one.id: filters.latest(term.sought, term.kind, one, known) for one in passing}
        sign = -1 if term.descending else 1
        passing.sort(key=lambda one: _rank(values[one.id], sign))
    first = request.place.offset
    return _Selection(passing[first : first + request.place.limit], None)


def _rank(value: float | None, sign: int) -> tuple[bool, float]:
    """Order values; inferences without one come last, whatever the direction."""
    return (True, 0.0) if value is None else (False, sign * value)


def _source(request: ListRequest) -> Source:
    place = request.place
    return Source(
        request.function,
        request.episode,
        filters.span(request.filter),
        place.cursor,
        place.newer,
        newest_first=request.newest_first,
    )


def _batches(every: Sequence[Inference] | Iterator[Inference]) -> Iterator[list[Inference]]:
    rest = iter(every)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def _passing(
    store: Store, generation: int, request: ListRequest, batch: list[Inference]
) -> list[Inference]:
    """Return those that pass all filters, in their order."""
    named = [one for one in batch if request.variant in {None, one.variant}]
    known = votes(store, generation, set(filters.sought(request.filter)), named)
    return [one for one in named if filters.passes(request.filter, one, known)]
