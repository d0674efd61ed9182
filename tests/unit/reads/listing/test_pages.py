"""How far a request goes: what it looks at, what it costs, where it ends."""

from pathlib import Path
from typing import Any

import pytest

from aggregates.units import Entry
from reads.listing.page import MAX_EXAMINED
from reads.size import MAX_ANSWER
from tests.unit.aggregates.strategies import uuid
from tests.unit.reads.listing.world import START, World, inference_id

NUMBER = MAX_EXAMINED + 50
ACCEPTED = {"type": "boolean_metric", "metric_name": "flag", "value": True}
BY_SCORE = [{"by": "metric", "name": "score", "direction": "ascending"}]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Record more inferences than a request looks at; the oldest and the newest are accepted."""
    world = World(tmp_path_factory.mktemp("configuration"))
    for number in range(NUMBER):
        world.record(number)
    for number in (3, NUMBER - 2):
        id_ = uuid(START, 5 * 10**6 + number)
        world.vote("flag", inference_id(number), Entry(id_, "boolean", "1"))
    return world


def _list(world: World, **body: Any) -> tuple[list[str], str | None]:
    status, answer = world.reads.list({"function_name": "f", **body})
    assert status == 200, answer
    return [row["inference_id"] for row in answer["inferences"]], answer.get("next")


def test_a_page_that_has_looked_at_enough_ends_early_and_says_where_to_go_on(many: World) -> None:
    """In both directions; what follows has the rest."""
    newest, oldest = inference_id(NUMBER - 2), inference_id(3)
    ids, next_ = _list(many, filters=ACCEPTED)
    assert (ids, next_) == ([newest], inference_id(NUMBER - MAX_EXAMINED))
    assert _list(many, filters=ACCEPTED, before=next_) == ([oldest], None)

    ids, next_ = _list(many, filters=ACCEPTED, after=inference_id(0))
    assert (ids, next_) == ([oldest], inference_id(MAX_EXAMINED))
    assert _list(many, filters=ACCEPTED, after=next_) == ([newest], None)


def test_what_is_looked_at_costs_a_bounded_number_of_calls(many: World) -> None:
    """Two for the state, 16 partitions in three pages, a look-up of votes for each 100."""
    many.memory.calls.clear()
    many.memory.read_units = 0

    _list(many, filters=ACCEPTED)

    calls = many.memory.calls
    assert {name: calls.count(name) for name in {*calls}} == {
        "GetItem": 2,
        "Query": 48,
        "BatchGetItem": 51,
    }
    assert many.memory.read_units < 5_400


def test_a_first_page_costs_a_call_for_each_partition(many: World) -> None:
    """Of one unit each, and a look-up of what was recorded."""
    many.memory.calls.clear()
    many.memory.read_units = 0

    ids, _ = _list(many)

    assert ids == [inference_id(number) for number in range(NUMBER - 1, NUMBER - 21, -1)]
    assert sorted(many.memory.calls) == ["BatchGetItem", "GetItem", "GetItem", *["Query"] * 16]
    assert many.memory.read_units == 2 + 16 + 20


@pytest.mark.parametrize(
    "body",
    [
        {"order_by": BY_SCORE},
        {"filters": ACCEPTED, "offset": 2},
        {
            "filters": ACCEPTED,
            "order_by": [{"by": "timestamp", "direction": "ascending"}],
        },
    ],
)
def test_a_list_that_needs_a_look_at_too_many_inferences_is_refused(
    many: World, body: dict[str, Any]
) -> None:
    """It is there once a filter narrows them down by their time."""
    status, answer = many.reads.list({"function_name": "f", **body})
    assert (status, answer["code"]) == (400, "too_many_inferences")

    time = {"type": "time", "time": "2026-03-02T11:00:00Z", "comparison_operator": "<="}
    narrow = {"type": "and", "children": [time, *([body["filters"]] if "filters" in body else [])]}
    status, _ = many.reads.list({"function_name": "f", **body, "filters": narrow})
    assert status == 200


def test_a_page_ends_where_the_time_does(many: World) -> None:
    """With what it has."""
    reads = many.reads
    reads.left = 4_000

    _, answer = reads.list({"function_name": "f", "filters": ACCEPTED})

    assert [row["inference_id"] for row in answer["inferences"]] == [inference_id(NUMBER - 2)]
    assert answer["next"] == inference_id(NUMBER - 100)


def test_without_time_nothing_is_answered(many: World) -> None:
    """But that it may be in a moment."""
    reads = many.reads
    reads.left = 900

    status, answer = reads.list({"function_name": "f"})

    assert (status, answer["code"]) == (503, "storage_unavailable")


def test_a_page_that_lambda_could_not_return_is_shorter_or_refused(tmp_path: Path) -> None:
    """A walk goes on from its last row; an order by a metric cannot."""
    world = World(tmp_path)
    for number in range(40):
        world.record(number, output=[{"type": "text", "text": "x" * 300_000}])
    met: list[str] = []
    cursor: str | None = None
    while True:
        ids, next_ = _list(world, limit=100, **({} if cursor is None else {"before": cursor}))
        met += ids
        if next_ is None:
            break
        assert next_ == ids[-1]
        assert (len(ids) + 1) * 300_000 >= MAX_ANSWER > len(ids) * 300_000
        cursor = next_
    assert met == [inference_id(number) for number in range(39, -1, -1)]

    body = {"function_name": "f", "limit": 100, "order_by": BY_SCORE}
    status, answer = world.reads.list(body)
    assert (status, answer["code"]) == (400, "answer_too_large")
    assert world.reads.list({**body, "limit": 10, "offset": 20})[0] == 200


@pytest.mark.parametrize(("first", "second"), [("<", ">"), ("<=", ">="), (">", "<"), (">=", "<=")])
def test_no_time_is_before_and_after_another(many: World, first: str, second: str) -> None:
    """Nothing is asked of the partitions then."""
    times = ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"]
    at = times if first[0] == "<" else times[::-1]
    children = [
        {"type": "time", "time": at[0], "comparison_operator": first},
        {"type": "time", "time": at[1], "comparison_operator": second},
    ]

    assert _list(many, filters={"type": "and", "children": children}) == ([], None)


@pytest.mark.parametrize("direction", ["ascending", "descending"])
def test_a_page_has_what_is_nearest_to_its_cursor_in_either_order(
    many: World, direction: str
) -> None:
    """A walk meets each inference once, whichever way it goes."""
    order = [{"by": "timestamp", "direction": direction}]
    after, _ = _list(many, after=inference_id(4), limit=3, order_by=order)
    before, _ = _list(many, before=inference_id(4), limit=3, order_by=order)

    turn = 1 if direction == "ascending" else -1
    assert after == [inference_id(number) for number in (5, 6, 7)][::turn]
    assert before == [inference_id(number) for number in (1, 2, 3)][::turn]
