"""The reads of a target over real (emulated) tables: what they answer, and what they cost."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.kinds.registry import KINDS
from shared import uuids
from shared.clock import Clock
from shared.items import Item, item_size
from tests.support.handlers import LIST, compose
from tests.unit.fakes import Invocation, catalog, uuid7
from tests.unit.reads.model import Model, Row
from tools.event import event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

UNIT = 4_096
"""How many bytes a read unit reads."""
OLD = 1_700_000_000
Get: TypeAlias = Callable[..., dict[str, Any]]


@dataclass
class Meter:
    """Lambda's client, and what its queries cost: the emulator counts no read units."""

    client: Any
    units: list[int] = field(default_factory=list)
    """Of each call."""

    def query(self, **parameters: Any) -> dict[str, Any]:
        """Query, and once more without what leaves anything out: DynamoDB reads it all the same."""
        condition = parameters["KeyConditionExpression"]
        everything = {
            **parameters,
            **{
                part: {name: one for name, one in parameters[part].items() if name in condition}
                for part in ("ExpressionAttributeNames", "ExpressionAttributeValues")
            },
        }
        for name in ("FilterExpression", "ProjectionExpression", "Select"):
            everything.pop(name, None)
        read = self.client.query(**everything)["Items"]
        assert parameters["ConsistentRead"]
        self.units.append(max(1, -(-sum(map(item_size, read)) // UNIT)))
        answer: dict[str, Any] = self.client.query(**parameters)
        return answer


@pytest.fixture
def meter(client: "DynamoDBClient") -> Meter:
    """Make a client that counts."""
    return Meter(client)


@pytest.fixture
def get(meter: Meter, tables: dict[str, str]) -> Get:
    """Send a request to the handler, and return its answer."""
    handler = compose(cast("DynamoDBClient", meter), tables, catalog(), Clock())[LIST]

    def send(
        target: str, view: str = "", author: str | None = None, **query: str
    ) -> dict[str, Any]:
        grant = {
            "credential": "token",
            "key_id": "mnopqrstuvwx",
            "author": author,
            "targets": [target],
            "metrics": ["m"],
            "once": False,
            "read": True,
        }
        request = event(
            route=f"{LIST}{view}",
            parameters={"target_id": target},
            query=query,
            caller=grant if author else None,
        )
        reply = handler(request, Invocation())
        assert reply["statusCode"] == 200, reply
        body: dict[str, Any] = json.loads(reply["body"])
        return body

    return send


Put: TypeAlias = Callable[[str, Iterable[Item]], None]


@pytest.fixture
def put(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> Put:
    """Store items of a kind, many at a time."""

    def store(kind: str, items: Iterable[Item]) -> None:
        table = tables[kind]
        for some in _batches(items, 25):
            requests: Any = {table: [{"PutRequest": {"Item": item}} for item in some]}
            assert not dynamodb.batch_write_item(RequestItems=requests)["UnprocessedItems"]

    return store


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    some: list[Item] = []
    for item in items:
        some.append(item)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


PLACES = st.integers(0, 9)
HISTORIES = st.lists(
    st.tuples(st.sampled_from([*KINDS]), st.sampled_from("mn"), st.sampled_from(["ada", None])),
    max_size=9,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES, st.sampled_from(["before", "after"]), PLACES, st.integers(1, 9))
def test_reads_of_random_histories_are_the_models(
    get: Get,
    put: Put,
    history: list[tuple[str, str, str | None]],
    direction: str,
    place: int,
    limit: int,
) -> None:
    """Through every condition, filter and projection; of ids that have the same moment."""
    target = uuids.new()
    rows = [
        Row(kind, uuid7(OLD, number), target, metric, author)
        for number, (kind, metric, author) in enumerate(history)
    ]
    for row in rows:
        put(row.kind, [row.item])
    model, at = Model(rows, target), {direction: str(uuid7(OLD, place))}
    before, after = at.get("before"), at.get("after")

    page = get(target, limit=str(limit), **at)
    own = get(target, author="ada", limit=str(limit), **at)

    assert page == {"feedback": [row.shown for row in model.page(limit, before, after)]}
    assert own == {"feedback": [row.shown for row in model.page(limit, before, after, "ada")]}
    assert get(target, "/bounds") == model.bounds()
    assert get(target, "/count") == {"count": len(rows)}
    assert get(target, "/latest_id_by_metric") == {"feedback_id_by_metric": model.latest()}


MANY = 60
"""Rows of each kind, of about 190 bytes."""


@pytest.fixture(scope="module")
def busy() -> str:
    """Choose a target with rows of all kinds."""
    return uuids.new()


@pytest.mark.parametrize(
    ("view", "query", "calls", "units"),
    [
        ("", {}, 4, 12),
        ("", {"limit": "5"}, 4, 4),
        ("", {"limit": "0"}, 0, 0),
        ("", {"before": uuid7(OLD, 7)}, 4, 4),
        ("/demonstrations", {"limit": "1"}, 1, 1),
        ("/bounds", {}, 8, 8),
        ("/count", {}, 4, 12),
        ("/latest_id_by_metric", {}, 2, 6),
    ],
)
def test_a_read_costs_so_many_calls_and_units(
    get: Get,
    put: Put,
    meter: Meter,
    busy: str,
    view: str,
    query: dict[str, str],
    calls: int,
    units: int,
) -> None:
    """A page what it shows, at most once for each kind; what must see every row, those rows."""
    for kind in KINDS:
        numbers = range([*KINDS].index(kind), len(KINDS) * MANY, len(KINDS))
        put(kind, (Row(kind, uuid7(OLD, number), busy).item for number in numbers))

    get(busy, view, **query)

    assert (len(meter.units), sum(meter.units)) == (calls, units)


def test_a_page_whose_newest_row_is_fresh_is_read_twice(get: Get, put: Put, meter: Meter) -> None:
    """Another row may have been stored before it while the tables were read."""
    target, fresh = uuids.new(), uuids.new()
    put("boolean", [Row("boolean", fresh, target).item])

    assert [row["id"] for row in get(target)["feedback"]] == [fresh]
    assert meter.units == [1] * 8


LARGE = 100_000
"""How many bytes a large comment has."""


@pytest.mark.parametrize("direction", ["before", "after"])
def test_large_rows_are_shown_over_several_queries_and_pages(
    get: Get, put: Put, meter: Meter, direction: str
) -> None:
    """A query ends at 1 MB and an answer at 6: no row is left out, and hardly one read in vain."""
    target, ids = uuids.new(), [uuid7(OLD, number) for number in range(70)]
    put(
        "comment",
        ({**Row("comment", id_, target).item, "value": {"S": "x" * LARGE}} for id_ in ids),
    )
    shown, pages, at = list[str](), 0, {"after": uuid7(0, 0)} if direction == "after" else {}
    while True:
        body = get(target, **at)
        page = [row["id"] for row in body["feedback"]]
        shown, pages = shown + page, pages + 1
        if "next" not in body:
            break
        assert body["next"] == (page[0] if direction == "after" else page[-1])
        at = {direction: body["next"]}

    assert sorted(shown) == ids
    assert pages == 2
    assert get(target, "/count") == {"count": 70}
    assert sum(meter.units) < 3 * 70 * LARGE / UNIT
