"""Which inferences are asked for, as a body has it."""

from typing import Any, NamedTuple

from reads.aggregate.settings import Settings
from reads.listing.filter import All, Demonstrated, Filter, Sought
from reads.listing.filter_document import Reader, Unsupported, configured
from reads.listing.node import Node, choice, integer, sequence
from reads.target.window import AmbiguousCursor
from shared import fields
from shared.document import Json
from shared.fields import MissingField
from shared.refusal import Refusal
from shared.uuids import Uuid

DEFAULT_LIMIT = 20
SOURCES = ("none", "inference", "demonstration")
"""What `output_source` can be."""

_OPTIONAL_TEXT, _OPTIONAL_UUID = fields.optional(fields.text), fields.optional(fields.uuid)
FIELDS: dict[str, fields.Field] = {
    "function_name": _OPTIONAL_TEXT,
    "variant_name": _OPTIONAL_TEXT,
    "episode_id": _OPTIONAL_UUID,
    "output_source": choice(SOURCES),
    "limit": fields.optional(integer),
    "offset": fields.optional(integer),
    "before": _OPTIONAL_UUID,
    "after": _OPTIONAL_UUID,
    "filters": fields.anything,
    "filter": fields.anything,
    "order_by": fields.optional(sequence),
    "search_query_experimental": _OPTIONAL_TEXT,
}
_UNORDERABLE = "only ordering by timestamp is supported with before/after pagination."


class AmbiguousPage(Refusal):
    """A cursor together with what it does not go with."""

    code = "ambiguous_page"


class Term(NamedTuple):
    """An order by the latest feedback on a metric."""

    sought: Sought
    kind: str
    descending: bool


class Order(NamedTuple):
    """In which order inferences are listed: by metrics, then by their ids."""

    terms: tuple[Term, ...] = ()
    descending: bool = True
    """Whether greater ids come first."""


class Place(NamedTuple):
    """Which part of the list is asked for."""

    limit: int
    offset: int
    cursor: Uuid | None
    newer: bool
    """Whether inferences with greater ids than the cursor are asked for."""


class ListRequest(NamedTuple):
    """What is asked for."""

    function: str | None
    variant: str | None
    episode: Uuid | None
    output_source: str
    filter: Filter
    order: Order
    place: Place

    @property
    def newest_first(self) -> bool:
        """Whether inferences are looked at so: away from the cursor, if there is one."""
        return self.order.descending if self.place.cursor is None else not self.place.newer

    @classmethod
    def parse(cls, body: Json, settings: Settings) -> "ListRequest":
        """Read a request; fields that it does not have are ignored, as in TensorZero.

        Raises InvalidField, MissingField, AmbiguousCursor, AmbiguousPage, UnknownFunction,
        InvalidMetricName, WrongMetricType, Unsupported.
        """
        values: dict[str, Any] = fields.read_known(body, FIELDS, required=())
        given = {name: value for name, value in values.items() if value is not None}
        if "search_query_experimental" in given:
            raise Unsupported("search_query_experimental: inputs are not recorded here")
        place, order = _place(given), _order(given.get("order_by", []), settings)
        if place.cursor is not None and order.terms:
            name = order.terms[0].sought.metric
            raise AmbiguousPage(f"Cannot order by metric '{name}'; {_UNORDERABLE}")
        function, episode = given.get("function_name"), given.get("episode_id")
        if function is not None:
            settings.function(function)
        elif episode is None:
            raise MissingField("missing field `function_name`, or `episode_id`")
        source = given.get("output_source", "inference")
        filters: list[Filter] = [Demonstrated(wanted=True)] if source == "demonstration" else []
        for name in ("filters", "filter"):
            if name in given:
                filters.append(Reader(settings).read(name, given[name]))
                break
        return cls(
            function, given.get("variant_name"), episode, source, All(tuple(filters)), order, place
        )


def _place(given: dict[str, Any]) -> Place:
    if "before" in given and "after" in given:
        raise AmbiguousCursor("Cannot specify both 'before' and 'after' parameters")
    cursor = given.get("before", given.get("after"))
    if cursor is not None and "offset" in given:
        raise AmbiguousPage("Cannot use 'offset' with cursor pagination ('before' or 'after')")
    limit, offset = given.get("limit", DEFAULT_LIMIT), given.get("offset", 0)
    return Place(limit, offset, cursor, newer="after" in given)


def _order(values: list[Json], settings: Settings) -> Order:
    """Read an order. What follows on the time decides nothing: ids are ordered by it already."""
    terms: list[Term] = []
    descending: bool | None = None
    for number, value in enumerate(values):
        node = Node.at(f"order_by[{number}]", value)
        by = node.choice("by", ("timestamp", "metric", "search_relevance"))
        falls = node.choice("direction", ("ascending", "descending")) == "descending"
        if by == "search_relevance":
            raise Unsupported(f"{node.path}: inputs are not recorded here")
        if by == "timestamp":
            descending = falls if descending is None else descending
            continue
        name = node.text("name")
        metric = configured(name, settings)
        if descending is None:
            terms.append(Term(Sought(name, metric.level), metric.kind, falls))
    return Order(tuple(terms), True if descending is None else descending)
