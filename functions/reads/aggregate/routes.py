"""What each route answers; loaded when the first of these requests comes."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from reads.aggregate import (
    inference_count,
    keys,
    metrics,
    performances,
    timeseries,
    timeseries_request,
)
from reads.aggregate.settings import Settings, settings
from reads.aggregate.store import Store
from reads.aggregate.table import Table
from reads.listing import page
from reads.listing.request import ListRequest
from reads.parameters import Query
from shared import document
from shared.catalog import Catalog

if TYPE_CHECKING:
    from shared.endpoint import Call


class Request(NamedTuple):
    """What an answer is made from."""

    path: dict[str, str]
    """The path's variables."""
    parameters: Query
    """The query's."""
    body: Callable[[], bytes]
    store: Store
    settings: Settings


def answer(
    route: str,
    tables: Sequence[Table],
    catalog: Catalog,
    body: Callable[[dict[str, Any]], bytes],
    call: "Call",
) -> dict[str, Any]:
    """Answer a call of a route."""
    request = Request(
        call.event.get("pathParameters") or {},
        Query(call.event),
        partial(body, call.event),
        Store(tables, call.time_left),
        settings(catalog),
    )
    return ROUTES[route](request)


def _timeseries(request: Request) -> dict[str, Any]:
    return timeseries.timeseries(request.store, timeseries_request.Ask.parse(request.parameters))


def _metrics(request: Request) -> dict[str, Any]:
    ask = metrics.Ask.parse(request.path["function"], request.parameters, request.settings)
    return metrics.metrics(request.store, ask, request.settings)


def _performances(request: Request) -> dict[str, Any]:
    ask = performances.Ask.parse(request.path["function"], request.parameters, request.settings)
    return performances.performances(request.store, ask)


def _inference_count(request: Request) -> dict[str, Any]:
    function, metric = request.path["function"], request.path["metric"]
    ask = inference_count.Ask.parse(function, metric, request.parameters, request.settings)
    return inference_count.inference_count(request.store, ask)


def _list(request: Request) -> dict[str, Any]:
    asked = ListRequest.parse(document.parse(request.body()), request.settings)
    return page.read(request.store, asked, request.settings)


ROUTES: dict[str, Callable[[Request], dict[str, Any]]] = {
    keys.TIMESERIES: _timeseries,
    keys.METRICS: _metrics,
    keys.PERFORMANCES: _performances,
    keys.INFERENCE_COUNT: _inference_count,
    keys.LIST_INFERENCES: _list,
}
"""By their keys at API Gateway."""
