"""Tables in dictionaries that end their answers early, as DynamoDB does, and a model of the reads.

The model is written from the specification, over one sorted list; it shares no code with what it
judges.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from feedback.kinds.registry import KINDS
from feedback.model import Kind
from reads.target.table import Chunk, Query
from shared.clock import TimeLeft
from shared.items import Attribute, Item
from shared.reserved import AUTHOR
from shared.uuids import Uuid

VALUES: dict[str, tuple[Attribute, Any]] = {
    "boolean": ({"BOOL": True}, True),
    "float": ({"N": "3"}, 3.0),
    "comment": ({"S": "text"}, "text"),
    "demonstration": ({"S": "[]"}, "[]"),
}
"""A value of a kind as it is stored, and as it is shown."""
NUMBER: tuple[Attribute, Any] = ({"N": "3"}, 3)
"""The same of any other kind."""


class Row(NamedTuple):
    """Feedback that is stored."""

    kind: str
    id: str
    target: str
    metric: str = "m"
    author: str | None = None

    @property
    def item(self) -> Item:
        """What its table has."""
        kind = KINDS[self.kind]
        said: Item = {"metric_name": {"S": self.metric}, "target_type": {"S": "inference"}}
        tags = {} if self.author is None else {AUTHOR: {"S": self.author}}
        return {
            kind.key: {"S": self.target},
            "id": {"S": self.id},
            "value": VALUES.get(self.kind, NUMBER)[0],
            "tags": {"M": tags},
            "snapshot_hash": {"S": "5f"},
            "timestamp": {"S": "2026-03-02T10:00:00.000Z"},
            **({kind.keeps: said[kind.keeps]} if kind.keeps else {}),
        }

    @property
    def shown(self) -> dict[str, Any]:
        """What a list shows of it."""
        said = {"metric_name": self.metric, "target_type": "inference"}
        kind = KINDS[self.kind]
        return {
            "type": self.kind,
            "id": self.id,
            kind.key: self.target,
            **({kind.keeps: said[kind.keeps]} if kind.keeps else {}),
            "value": VALUES.get(self.kind, NUMBER)[1],
            "tags": {} if self.author is None else {AUTHOR: self.author},
            "timestamp": "2026-03-02T10:00:00Z",
        }


@dataclass
class DictTable:
    """A kind's table: items by target and id; a query ends after `ends_after` items at most."""

    kind: Kind[Any]
    ends_after: int = 1_000_000
    meanwhile: Callable[[], None] = lambda: None
    """What happens at each query, before it is answered."""
    afterwards: Callable[[], None] = lambda: None
    """What happens when its answer is made."""
    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    looked_at: list[int] = field(default_factory=list)
    """How many items each query looked at."""

    def query(self, query: Query, _time_left: TimeLeft) -> Chunk:
        """Return rows, as DynamoDB would: it looks at some, and filters those."""
        self.meanwhile()
        found = [
            item
            for (target, id_), item in sorted(self.items.items(), reverse=not query.ascending)
            if target == query.target_id and _is_beyond(id_, query)
        ]
        looked_at = found[: min(query.limit, self.ends_after)]
        self.looked_at.append(len(looked_at))
        self.afterwards()
        ended = len(looked_at) < min(query.limit, self.ends_after)
        last = None if ended else Uuid(looked_at[-1]["id"]["S"])
        kept = [item for item in looked_at if _is_of(item, query.author)]
        return Chunk([_only(item, query.attributes) for item in kept], last)

    def count(self, query: Query, time_left: TimeLeft) -> tuple[int, Uuid | None]:
        """Count what a query returns."""
        items, last = self.query(query, time_left)
        return len(items), last


def _is_beyond(id_: str, query: Query) -> bool:
    if query.cursor is None:
        return True
    return id_ > query.cursor if query.ascending else id_ < query.cursor


def _is_of(item: Item, author: str | None) -> bool:
    return author is None or item["tags"]["M"].get(AUTHOR) == {"S": author}


def _only(item: Item, attributes: tuple[str, ...]) -> Item:
    return {name: item[name] for name in attributes} if attributes else item


@dataclass
class DictTables:
    """A table for each kind."""

    tables: list[DictTable]

    @classmethod
    def new(cls, ends_after: int = 1_000_000) -> "DictTables":
        """Make them, empty."""
        return cls([DictTable(kind, ends_after) for kind in KINDS.values()])

    def put(self, *rows: Row) -> None:
        """Store rows."""
        for row in rows:
            for table in self.tables:
                if table.kind.name == row.kind:
                    table.items[row.target, row.id] = row.item


class Model:
    """The reads, over a plain list of rows."""

    def __init__(self, rows: Iterable[Row], target: str) -> None:
        """Take what is stored; the newest is first."""
        self.rows = sorted(
            (row for row in rows if row.target == target), key=lambda row: row.id, reverse=True
        )

    def page(
        self, limit: int, before: str | None, after: str | None, author: str | None = None
    ) -> list[Row]:
        """Give a page."""
        rows = [row for row in self.rows if author in (None, row.author)]
        if after is not None:
            newer = [row for row in rows if row.id > after]
            return newer[max(len(newer) - limit, 0) :]
        return [row for row in rows if before is None or row.id < before][:limit]

    def bounds(self) -> dict[str, Any]:
        """Give the bounds."""
        ids = {kind: [row.id for row in self.rows if row.kind == kind] for kind in KINDS}
        every = [row.id for row in self.rows]
        return {
            "first_id": every[-1] if every else None,
            "last_id": every[0] if every else None,
            "by_type": {
                kind: {"first_id": of_kind[-1], "last_id": of_kind[0]} if of_kind else {}
                for kind, of_kind in ids.items()
            },
        }

    def latest(self) -> dict[str, str]:
        """Give the latest id of each metric."""
        rows = [row for row in reversed(self.rows) if KINDS[row.kind].keeps == "metric_name"]
        return {row.metric: row.id for row in rows}
