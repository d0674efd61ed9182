"""What a target's feedback is as a whole: its bounds, its count, the latest of each metric."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from reads.target.table import Query, Table
from shared.clock import TimeLeft
from shared.items import Item
from shared.parallel import side_by_side
from shared.uuids import Uuid


def bounds(tables: Sequence[Table], target_id: Uuid, time_left: TimeLeft) -> dict[str, Any]:
    """Return the smallest and the greatest id, of all and of each kind. One row each is read."""
    found = side_by_side([partial(_bounds, table, target_id, time_left) for table in tables])
    pairs = [pair for pair in found if pair is not None]
    return {
        "first_id": min((first for first, _ in pairs), default=None),
        "last_id": max((last for _, last in pairs), default=None),
        "by_type": {
            table.kind.name: {} if pair is None else {"first_id": pair[0], "last_id": pair[1]}
            for table, pair in zip(tables, found, strict=True)
        },
    }


def count(tables: Sequence[Table], target_id: Uuid, time_left: TimeLeft) -> dict[str, Any]:
    """Count all rows. Each is read, for 1 MB a call."""
    counts = side_by_side([partial(_count, table, target_id, time_left) for table in tables])
    return {"count": sum(counts)}


def latest(tables: Sequence[Table], target_id: Uuid, time_left: TimeLeft) -> dict[str, Any]:
    """Return the greatest id of each metric, whatever its type was and is. Each row is read."""
    asked = [table for table in tables if table.kind.keeps == "metric_name"]
    found = side_by_side([partial(_latest, table, target_id, time_left) for table in asked])
    newest: dict[str, Uuid] = {}
    for ids in found:
        for name, id_ in ids.items():
            newest[name] = max(id_, newest.get(name, id_))
    return {"feedback_id_by_metric": newest}


def _bounds(table: Table, target_id: Uuid, time_left: TimeLeft) -> tuple[Uuid, Uuid] | None:
    query = Query(target_id, limit=1, attributes=("id",))
    newest = table.query(query, time_left).items
    if not newest:
        return None
    [oldest] = table.query(query._replace(ascending=True), time_left).items
    return _id(oldest), _id(newest[0])


def _count(table: Table, target_id: Uuid, time_left: TimeLeft) -> int:
    counted, last = table.count(Query(target_id), time_left)
    while last is not None:
        more, last = table.count(Query(target_id, last), time_left)
        counted += more
    return counted


def _latest(table: Table, target_id: Uuid, time_left: TimeLeft) -> dict[str, Uuid]:
    newest: dict[str, Uuid] = {}
    for item in _all(table, Query(target_id, attributes=("id", "metric_name")), time_left):
        newest.setdefault(item["metric_name"]["S"], _id(item))
    return newest


def _all(table: Table, query: Query, time_left: TimeLeft) -> Iterator[Item]:
    while True:
        chunk = table.query(query, time_left)
        yield from chunk.items
        if chunk.last is None:
            return
        query = query._replace(cursor=chunk.last)


def _id(item: Item) -> Uuid:
    return Uuid(item["id"]["S"])
