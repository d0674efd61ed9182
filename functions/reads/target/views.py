"""The views of one target's feedback: a request in, what its route answers out."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from feedback.model import Kind
from feedback.rules import NotGranted
from reads import view
from reads.parameters import Query
from reads.receipts import UnknownRoute
from reads.target import summary
from reads.target.page import Ask, Pages
from reads.target.table import Table
from reads.target.window import Window
from shared import fields
from shared.clock import Clock, TimeLeft
from shared.items import Item
from shared.reserved import AUTHOR
from shared.uuids import Uuid

if TYPE_CHECKING:
    from shared.endpoint import Call

LIST = "GET /internal/feedback/{target_id}"
"""The one route that reads and is for end users' tokens as well."""

_TIMESERIES = "timeseries"
"""In the place of a target's id another route of TensorZero, and here with aggregates only."""

View: TypeAlias = Callable[["Call"], dict[str, Any]]


def views(tables: Sequence[Table], clock: Clock) -> dict[str, View]:
    """Return the views by their routes. `tables`: one for each kind of feedback."""
    demonstrations = [table for table in tables if table.kind.name == "demonstration"]
    return {
        LIST: partial(_list, Pages(tables, clock), view.feedback, "query_feedback_by_target_id"),
        f"{LIST}/demonstrations": partial(
            _list, Pages(demonstrations, clock), view.of_one_kind, "add_pagination_clause"
        ),
        f"{LIST}/bounds": partial(_whole, tables, summary.bounds),
        f"{LIST}/count": partial(_whole, tables, summary.count),
        f"{LIST}/latest_id_by_metric": partial(_whole, tables, summary.latest),
    }


def target(call: "Call") -> Uuid:
    """Read the target's id out of the path. Raises InvalidField, UnknownRoute."""
    text = call.event["pathParameters"]["target_id"]
    if text == _TIMESERIES and call.event["routeKey"] == LIST:
        raise UnknownRoute(f"/internal/feedback/{text}")
    return fields.uuid("target_id", text)


def _list(
    pages: Pages, show: Callable[[Kind[Any], Item], view.View], name: str, call: "Call"
) -> dict[str, Any]:
    target_id = target(call)
    window = Window.parse(Query(call.event), name)
    ask = Ask(target_id, window, show, _author(call, target_id))
    page = pages.read(ask, call.time_left)
    return {"feedback": page.rows, **({"next": page.next} if page.next else {})}


def _author(call: "Call", target_id: Uuid) -> str | None:
    """Return whose rows may be shown; None: everybody's. Raises NotGranted."""
    grant = call.caller.grant
    if grant is None:
        return None
    if not grant.read:
        raise NotGranted("The token does not allow to read")
    if target_id not in grant.targets:
        raise NotGranted(f"target_id: the token does not allow {target_id}")
    return call.caller.tags[AUTHOR]


def _whole(
    tables: Sequence[Table],
    whole: Callable[[Sequence[Table], Uuid, TimeLeft], dict[str, Any]],
    call: "Call",
) -> dict[str, Any]:
    return whole(tables, target(call), call.time_left)
