"""Tables in memory as an operator has them: scanned in parts, written under conditions, deleted.

Threads take turns with the calls, and something may happen before and after each of them.
"""

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any, cast

from aggregates import layout
from aggregator import records
from aggregator.service import Aggregator
from feedback_cli.recount.check import Check, Checked
from feedback_cli.recount.rebuild import Rebuild, Rebuilt
from shared.clock import Clock
from shared.direct.failure import ConditionalCheckFailedException, failure
from shared.items import Item
from tests.support.memory import NAMES, Memory
from tests.support.streams import Streams
from tests.unit.aggregator import plain
from tests.unit.aggregator.history import History

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAGE = 7
"""How many items a page of a scan has."""
STATE = ("state", "state")


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Operated:
    """The client."""

    memory: Memory
    before: Callable[[int, str], None] = lambda _number, _method: None
    after: Callable[[int, str], None] = lambda _number, _method: None
    calls: int = 0
    lock: RLock = field(default_factory=RLock)

    def __getattr__(self, name: str) -> Any:
        """Return a method, or what the client has besides."""
        own = {
            "batch_write_item": self._batch_write_item,
            "get_paginator": None,
            "put_item": self._put_item,
            "scan": self._scan,
        }
        if name == "get_paginator":
            return lambda _operation: self
        if name == "exceptions":
            return self.memory.exceptions
        method = own.get(name) or getattr(self.memory, name)

        def call(**parameters: Any) -> Any:
            with self.lock:
                self.calls += 1
                number = self.calls
                self.before(number, name)
                answer = method(**parameters)
                self.after(number, name)
                return answer

        return call

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """Scan a part of a table, a page at a time."""
        start: tuple[str, str] | None = ("", "")
        while start is not None:
            page = self.scan(start=start, **asked)
            yield page
            start = page["last"]

    def _scan(self, start: tuple[str, str], **asked: Any) -> dict[str, Any]:
        assert asked["ConsistentRead"]
        # A partition is in one part, whatever else is in the table.
        found = [
            key
            for key in sorted(self.memory.tables.get(asked["TableName"], {}))
            if key > start and sum(key[0].encode()) % asked["TotalSegments"] == asked["Segment"]
        ]
        items = [copy.deepcopy(self.memory.tables[asked["TableName"]][key]) for key in found[:PAGE]]
        return {"Items": items, "last": found[PAGE - 1] if len(found) > PAGE else None}

    def _put_item(self, **asked: Any) -> dict[str, Any]:
        condition = asked.pop("ConditionExpression", None)
        item = self.memory.tables.get(asked["TableName"], {}).get(STATE, {})
        values = asked.pop("ExpressionAttributeValues", {})
        asked.pop("ExpressionAttributeNames", None)
        holds = {
            None: True,
            "attribute_not_exists(#key)": not item,
            "building = :building": item.get("building") == values.get(":building"),
            "#current = :current AND attribute_not_exists(building)": (
                item.get("current") == values.get(":current") and "building" not in item
            ),
        }
        if not holds[condition]:
            raise unmet()
        return self.memory.put_item(**asked)

    def _batch_write_item(self, **asked: Any) -> dict[str, Any]:
        [(table, writes)] = asked["RequestItems"].items()
        deletes = [write["DeleteRequest"]["Key"] for write in writes if "DeleteRequest" in write]
        if not deletes:
            return self.memory.batch_write_item(**asked)
        assert len(deletes) == len(writes) <= 25
        done, left = deletes[:5], writes[5:]
        for key in done:
            self.memory.tables[table].pop((key["key"]["S"], key["sort"]["S"]), None)
        return {"UnprocessedItems": {table: left} if left else {}}


def unmet() -> Exception:
    """Make the failure of a condition."""
    made = failure(
        {
            "Error": {"Code": "ConditionalCheckFailedException", "Message": "not met"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
    )
    assert isinstance(made, ConditionalCheckFailedException)
    return made


@dataclass
class Operation:
    """Tables with a history, the aggregator that follows them, and an operator."""

    seed: int
    writes: int = 60

    def __post_init__(self) -> None:
        """Write a history that nobody has counted."""
        memory, self.streams = Memory(), Streams()
        memory.watch = self.streams.note
        self.client = Operated(memory)
        self.typed = cast("DynamoDBClient", self.client)
        self.memory = memory
        self.history = History(random.Random(self.seed), memory)  # noqa: S311 - no secret
        self.history.go_on(self.writes)
        self.aggregator = Aggregator(self.typed, NAMES, Clock(sleep=lambda _: None))
        self.said: list[str] = []

    def follow(self, generation: int | None = None) -> None:
        """Let the aggregator follow what was written: in what it keeps, or in what it kept once."""
        found, self.streams.records = self.streams.records, []
        read = (records.read(one, records.kinds(NAMES)) for one in found)
        changes = [change for change in read if change is not None]
        if generation is None:
            assert self.aggregator.follow(changes, lambda: 60) == {}
        else:
            assert self.aggregator.keep([generation], changes, lambda: 60) == {}

    def rebuild(self, **more: Any) -> Rebuilt:
        """Rebuild."""
        said = lambda _done, _total, text: self.said.append(text)  # noqa: E731
        return Rebuild(self.typed, NAMES, said, **{"sleep": lambda _: None, **more}).run()

    def check(self, **more: Any) -> Checked:
        """Check."""
        said = lambda _done, _total, text: self.said.append(text)  # noqa: E731
        return Check(self.typed, NAMES, said, **{"sleep": lambda _: None, **more}).run()

    @property
    def aggregates(self) -> dict[tuple[str, str], Item]:
        """The table of aggregates."""
        return self.memory.tables["aggregate"]

    @property
    def current(self) -> list[Item]:
        """The items of the generation that is read."""
        [generation, *_] = layout.read_state(self.aggregates.get(STATE))
        return [
            item for (key, _), item in self.aggregates.items() if key.startswith(f"{generation}/")
        ]

    def is_exact(self) -> bool:
        """Compare what is read with a recomputation that has nothing of ours."""
        tables = {name: [*items.values()] for name, items in self.memory.tables.items()}
        return plain.found(self.current) == plain.recompute(tables)
