"""The views of aggregates by their routes. Only who asks for one pays for what answers it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from reads.aggregate.keys import ROUTES
from reads.aggregate.table import Table
from reads.target.views import View
from shared.catalog import Catalog

if TYPE_CHECKING:
    from shared.endpoint import Call


def views(
    tables: Sequence[Table], catalog: Catalog, body: Callable[[dict[str, Any]], bytes]
) -> dict[str, View]:
    """Return the views by their routes.

    `tables` are the table with a client for each thread; `body` takes a body out of an event.
    """
    return {route: partial(_answer, route, tables, catalog, body) for route in ROUTES}


def _answer(
    route: str,
    tables: Sequence[Table],
    catalog: Catalog,
    body: Callable[[dict[str, Any]], bytes],
    call: "Call",
) -> dict[str, Any]:
    from reads.aggregate import routes  # noqa: PLC0415 - loaded by the first of these requests

    return routes.answer(route, tables, catalog, body, call)
