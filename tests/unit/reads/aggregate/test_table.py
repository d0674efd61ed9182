"""The table of aggregates as it is called: in pages and batches, while DynamoDB is busy."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest

from aggregates import layout
from reads.aggregate.store import Store
from reads.aggregate.table import DynamoTable, Range, Table
from shared.database import KEYS_AT_ONCE
from shared.dynamodb import StorageUnavailable
from shared.items import Item
from tests.support.memory import Memory

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLES = {"aggregate": "aggregate", "target": "target"}


def table(client: Any, sleeps: list[float] | None = None) -> DynamoTable:
    """Read with a client."""
    pauses: list[float] = [] if sleeps is None else sleeps
    return DynamoTable(cast("DynamoDBClient", client), TABLES, pauses.append)


def item(sort: str) -> Item:
    """Make an item of one partition."""
    return {"key": {"S": "k"}, "sort": {"S": sort}, "function": {"S": sort}, "more": {"N": "1"}}


@dataclass
class Busy:
    """A client that reads some keys of those that it is asked for, and leaves the others."""

    at_once: int
    asked: list[int] = field(default_factory=list)

    def batch_get_item(self, **asked: Any) -> dict[str, Any]:
        """Find some of them."""
        [(name, one)] = asked["RequestItems"].items()
        keys = one["Keys"]
        self.asked.append(len(keys))
        rest = keys[self.at_once :]
        unread = {name: {**one, "Keys": rest}} if rest else {}
        return {"Responses": {name: keys[: self.at_once]}, "UnprocessedKeys": unread}


def test_what_was_not_looked_up_is_asked_for_again_after_a_pause() -> None:
    """Nothing is asked for twice, and nothing is missing."""
    client, sleeps = Busy(60), list[float]()
    keys: list[Item] = [{"target_id": {"S": str(number)}} for number in range(150)]

    found = table(client, sleeps).find("target", keys, lambda: 10)

    assert found == keys
    assert client.asked == [KEYS_AT_ONCE, 40, 50]
    assert len(sleeps) == 1


def test_what_cannot_be_looked_up_in_time_is_an_outage() -> None:
    """Not a part of an answer."""
    left = iter([3.0] * 4 + [0.1] * 100)
    with pytest.raises(StorageUnavailable):
        table(Busy(0)).find("target", [{"target_id": {"S": "1"}}], lambda: next(left))


def test_a_range_has_its_ends_and_nothing_beside_them() -> None:
    """In both directions, in pages, with the attributes that are asked for."""
    memory = Memory()
    for sort in "abcdef":
        memory.put_item(TableName="aggregate", Item=item(sort))
    memory.put_item(TableName="aggregate", Item={**item("c"), "key": {"S": "other"}})
    store = Store([table(memory)], lambda: 10)
    whole = Range("k", "b", "e", limit=2)
    some = Range("k", "b", "e", newest_first=True, attributes=("function", "none"))

    assert [*store.read(store.tables[0], whole)] == [item(sort) for sort in "bcde"]
    assert [*store.read(store.tables[0], some)] == [
        {"sort": {"S": sort}, "function": {"S": sort}} for sort in "edcb"
    ]


@dataclass
class Generations:
    """A table whose state changes: it says these, one a look."""

    current: list[int]

    def generation(self, _time_left: Callable[[], float]) -> int:
        """Return the next."""
        return self.current.pop(0)


def test_what_was_read_of_a_generation_that_is_no_longer_in_force_is_read_again() -> None:
    """Until one was in force before it and after."""
    seen: list[int] = []
    store = Store([cast("DynamoTable", Generations([1, 2, 4, 4]))], lambda: 10)

    def read(generation: int) -> int:
        seen.append(generation)
        return generation

    assert store.of_one_generation(read) == 4
    assert seen == [1, 2, 4]


@pytest.mark.parametrize(("state", "wanted"), [({}, 1), ({"current": {"N": "7"}}, 7)])
def test_the_first_generation_is_in_force_where_nothing_is_said(state: Item, wanted: int) -> None:
    """A rebuild says another."""
    memory = Memory()
    memory.put_item(TableName="aggregate", Item={**layout.STATE, **state})

    assert table(memory).generation(lambda: 10) == wanted
    assert table(Memory()).generation(lambda: 10) == layout.FIRST_GENERATION


@pytest.mark.parametrize("clients", range(1, 6))
@pytest.mark.parametrize("parts", range(9))
def test_parts_are_done_each_once_and_answered_in_their_order(clients: int, parts: int) -> None:
    """However many clients there are."""
    store = Store([table(Memory()) for _ in range(clients)], lambda: 10)

    def part(number: int, one: Table) -> tuple[int, Table]:
        return number, one

    done = store.side_by_side([partial(part, number) for number in range(parts)])

    assert [number for number, _ in done] == [*range(parts)]
    for number, one in done:
        assert one is store.tables[number % clients]
