"""`feedback aggregates`: rebuilds that are killed or overtaken, and what a check finds."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from aggregates import layout
from aggregates.layout import KINDS
from feedback_cli.errors import Failure
from feedback_cli.recount import compare
from feedback_cli.recount.database import Database, scan
from feedback_cli.recount.rebuild import READERS
from feedback_cli.recount.state import OVERTAKEN, State
from shared.direct.failure import Failure as Refused
from shared.direct.failure import Unreachable, failure
from shared.items import Item
from tests.unit.feedback_cli.operated import STATE, Killed, Operation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.mark.parametrize("seed", range(10))
def test_a_rebuild_counts_all_that_is_stored(seed: int) -> None:
    """Nothing was counted before; the recomputation has nothing of ours."""
    operation = Operation(seed)
    rows = sum(len(operation.memory.tables.get(kind, {})) for kind in KINDS)

    done = operation.rebuild()

    assert (done.generation, done.feedback, done.refused) == (2, rows, {})
    assert operation.is_exact()
    assert operation.aggregates[STATE] == {
        "key": {"S": "state"},
        "sort": {"S": "state"},
        "current": {"N": "2"},
    }
    checked = operation.check()
    assert (checked.differences, checked.moving, checked.refused) == ([], 0, {})
    assert (checked.generation, checked.feedback, checked.left) == (2, rows, 0)


@pytest.mark.parametrize("seed", range(10))
def test_a_rebuild_counts_what_comes_meanwhile(seed: int) -> None:
    """The aggregator keeps both generations; what it began before knows the old one only."""
    operation = Operation(seed)
    operation.follow()
    operation.history.go_on(10)
    before = operation.streams.records
    operation.streams.records = []

    def arrive(number: int, method: str) -> None:
        if method == "scan" and number % 3 == 0 and operation.client.calls == number:
            operation.history.go_on(2)
            operation.follow()

    def late(number: int, method: str) -> None:
        nonlocal before
        if method == "scan" and before:
            later, operation.streams.records = operation.streams.records, before
            before = []
            operation.follow(generation=1)
            operation.streams.records = later
        arrive(number, method)

    operation.client.before = late
    done = operation.rebuild()
    operation.client.before = lambda _number, _method: None
    operation.follow()

    assert done.generation == 2
    assert operation.is_exact()
    assert {key.partition("/")[0] for key, _ in operation.aggregates} == {"state", "2"}
    assert operation.check().differences == []


def test_a_rebuild_that_is_killed_anywhere_changes_nothing_that_is_read() -> None:
    """Before and after each of its calls; started again, it ends as if nothing had been."""
    whole = _followed()
    first = whole.client.calls
    whole.rebuild()
    calls = whole.client.calls - first
    assert calls > 40

    for number in range(1, calls + 1):
        for moment in ("before", "after"):
            broken = _followed()
            kill(broken, broken.client.calls + number, moment)
            try:
                broken.rebuild()
            except Killed:
                broken.client.before = broken.client.after = lambda _number, _method: None
                assert broken.is_exact(), (number, moment)
                broken.history.go_on(2)
                broken.follow()
                assert broken.is_exact(), (number, moment)
                broken.rebuild()
            assert broken.is_exact(), (number, moment)
            checked = broken.check()
            assert (checked.differences, checked.left) == ([], 0), (number, moment)


def _followed() -> Operation:
    operation = Operation(1, writes=12)
    operation.follow()
    return operation


def kill(operation: Operation, due: int, moment: str) -> None:
    """Let its process be gone before a call, or after it: no thread makes another one."""

    def die(call: int, _method: str) -> None:
        if call >= due:
            raise Killed

    setattr(operation.client, moment, die)


def test_a_rebuild_that_is_overtaken_stops() -> None:
    """The later one goes on; what the earlier one has written is deleted."""
    operation = Operation(2)
    rival = Operation(2)
    rival.client.memory = rival.memory = operation.memory
    began = list[int]()

    def overtake(_number: int, method: str) -> None:
        if method == "scan" and not began:
            began.append(rival.rebuild().generation)

    operation.client.before = overtake
    with pytest.raises(Failure, match="Another rebuild has begun meanwhile"):
        operation.rebuild()

    assert began == [3]
    assert operation.is_exact()
    assert operation.check().left == 0


@pytest.mark.parametrize("state", [None, {"current": 1}, {"current": 1, "building": 2}])
def test_two_that_begin_at_once_are_one(state: dict[str, int] | None) -> None:
    """The other one is told so, whatever there was before."""
    operation = Operation(3)
    if state is not None:
        _set_state(operation, state)

    def rival(_number: int, method: str) -> None:
        if method == "put_item":
            _set_state(operation, {"current": 1, "building": 3})

    operation.client.before = rival
    with pytest.raises(Failure) as stopped:
        operation.rebuild()

    assert str(stopped.value) == OVERTAKEN


def test_a_rebuild_that_is_overtaken_at_its_end_does_not_take_over() -> None:
    """The condition is on the generation that it has built."""
    operation = Operation(3)
    puts = list[int]()

    def rival(number: int, method: str) -> None:
        if method == "put_item":
            puts.append(number)
            if len(puts) == 2:
                _set_state(operation, {"current": 1, "building": 3})

    operation.client.before = rival
    with pytest.raises(Failure):
        operation.rebuild()

    assert operation.aggregates[STATE]["building"] == {"N": "3"}


@pytest.mark.parametrize("table", ["target", "boolean", "demonstration"])
def test_a_rebuild_that_is_overtaken_reads_no_further(table: str) -> None:
    """Whatever it reads just then, it counts nothing of it."""
    operation = Operation(2)
    rival, paginate = State(operation.typed, "aggregate"), operation.client.paginate
    after, built = list[str](), list[list[str]]()

    def pages(**asked: Any) -> Iterator[dict[str, Any]]:
        with operation.client.lock:
            if asked["TableName"] == table and not built:
                assert rival.begin() == 3
                built.append(_keys(operation, "2"))
            if built:
                after.append(asked["TableName"])
        yield from paginate(**asked)

    setattr(operation.client, "paginate", pages)  # noqa: B010 - a method
    with pytest.raises(Failure) as stopped:
        operation.rebuild()

    assert str(stopped.value) == OVERTAKEN
    assert {*after} == {table}
    assert built == [_keys(operation, "2")]


def _keys(operation: Operation, generation: str) -> list[str]:
    keys = operation.memory.tables.get("aggregate", {})
    return sorted("/".join(key) for key in keys if key[0].startswith(f"{generation}/"))


@pytest.mark.parametrize("more", [{}, {"building": 3}])
def test_a_rebuild_whose_last_answer_is_lost_has_ended(more: dict[str, int]) -> None:
    """The SDK makes the call again, and its condition holds no longer; another may have begun."""
    operation = _followed()
    puts = list[int]()

    def repeat(number: int, method: str) -> None:
        if method == "put_item":
            puts.append(number)
            if len(puts) == 2:
                _set_state(operation, {"current": 2, **more})

    operation.client.before = repeat
    done = operation.rebuild()

    assert (done.generation, len(puts)) == (2, 2)
    assert operation.is_exact()
    assert operation.check().left == 0


def test_what_was_read_is_kept_while_it_may_still_be_read() -> None:
    """Requests that began before the new counters were in force need the old ones."""
    operation = _followed()
    old, waited = _keys(operation, "1"), list[float]()

    def wait(seconds: float) -> None:
        if seconds == READERS:
            assert operation.aggregates[STATE].keys() == {"key", "sort", "current"}
            assert operation.aggregates[STATE]["current"] == {"N": "2"}
            assert _keys(operation, "1") == old
        waited.append(seconds)

    done = operation.rebuild(sleep=wait)

    assert waited[0] == READERS
    assert done.deleted == len(old) > 0
    assert _keys(operation, "1") == []
    # DynamoDB did not delete all at once: it is given time.
    assert len(waited) > 1
    assert all(0 < seconds <= 1 for seconds in waited[1:])


def test_a_rebuild_that_begins_while_another_waits_keeps_what_it_has() -> None:
    """The earlier one deletes what was before it, and nothing else."""
    operation = _followed()
    kept = list[list[str]]()

    def wait(seconds: float) -> None:
        if seconds == READERS:
            State(operation.typed, "aggregate").begin()
            operation.history.go_on(10)
            operation.follow()
            kept.append(_keys(operation, "3"))

    operation.rebuild(sleep=wait)

    assert kept == [_keys(operation, "3")]
    assert kept[0]
    assert operation.is_exact()


def _set_state(operation: Operation, numbers: dict[str, int]) -> None:
    item: Item = {"key": {"S": "state"}, "sort": {"S": "state"}}
    item |= {name: {"N": str(number)} for name, number in numbers.items()}
    operation.memory.tables.setdefault("aggregate", {})[STATE] = item


def test_what_cannot_be_read_is_named_and_stops_nothing() -> None:
    """Rows that no write of ours has made: the rest is counted."""
    operation = Operation(4)
    tables = operation.memory.tables
    tables["boolean"]["t", "poison"] = {"target_id": {"S": "t"}, "id": {"S": "poison"}}
    target = next(iter(tables["target"]))[0]
    tables["float"][target, target] = {
        "target_id": {"S": target},
        "id": {"S": target},
        "metric_name": {"S": "score"},
    }
    operation.history.put("float", {"S": target}, "score", {"N": "3"})
    broken = "019ca6ae-cec0-7000-a000-0000000000be"
    tables["target"][broken, ""] = {
        "target_id": {"S": broken},
        "target_type": {"S": "inference"},
    }
    operation.history.put("boolean", {"S": broken}, "flag", {"BOOL": True})

    done, checked = operation.rebuild(), operation.check()

    assert done.refused == {
        "boolean poison": "a row without metric_name",
        f"flag on {broken}": "a row without episode_id",
        f"float {target}": "a row of float feedback without its value",
        f"target {broken}": "a row without episode_id",
    }
    assert checked.refused == done.refused
    assert checked.differences == []


def test_what_dynamodb_does_not_confirm_is_done_again() -> None:
    """To be told twice changes nothing; where it goes on, the rebuild says so."""
    operation = Operation(5)
    failures = iter([True, True, False, True])

    def fail(_number: int, method: str) -> None:
        if method in {"transact_write_items", "batch_write_item"} and next(failures, False):
            raise Unreachable

    operation.client.after = fail
    operation.rebuild()
    assert operation.is_exact()

    failures = iter([True] * 100)
    with pytest.raises(Failure, match="start the rebuild again"):
        operation.rebuild()


def test_what_dynamodb_refuses_is_told() -> None:
    """For instance for want of a right."""
    operation = Operation(5)
    denied = failure(
        {
            "Error": {"Code": "AccessDeniedException", "Message": "not allowed"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }
    )

    def fail(_number: int, method: str) -> None:
        if method == "batch_get_item":
            raise denied

    operation.client.before = fail
    with pytest.raises(Failure, match="AccessDeniedException: not allowed"):
        operation.rebuild()


Plant = Callable[[Operation], Any]


def _counter(operation: Operation) -> Item:
    """Return the cumulative counter with the most feedback."""
    found = [item for item in operation.current if "/counts/" in item["key"]["S"] and "cn" in item]
    return max(found, key=lambda item: (int(item["cn"]["N"]), item["key"]["S"], item["sort"]["S"]))


def _head(operation: Operation) -> Item:
    found = [
        item
        for item in operation.current
        if "/votes/flag/" in item["key"]["S"] and "function" in item
    ]
    return min(found, key=lambda item: item["sort"]["S"])


def _remove(operation: Operation, item: Item) -> None:
    del operation.aggregates[item["key"]["S"], item["sort"]["S"]]


def _raise(item: Item, name: str) -> None:
    item[name] = {"N": str(int(item.get(name, {"N": "0"})["N"]) + 3)}


@pytest.mark.parametrize(
    ("plant", "attributes"),
    [
        (lambda operation: _raise(_counter(operation), "cn"), {"cn"}),
        (lambda operation: _raise(_counter(operation), "x23n"), {"x23n"}),
        (lambda operation: _head(operation).update(boolean={"N": "7"}), {"boolean"}),
        (lambda operation: _head(operation).update(function={"S": "other"}), {"function"}),
        (lambda operation: _head(operation).pop("entries"), {"unreadable"}),
        (
            lambda operation: _set(operation, "inferences", {"variant": {"S": "other"}}),
            {"among inferences"},
        ),
    ],
)
def test_what_is_wrong_is_found(plant: Plant, attributes: set[str]) -> None:
    """And where, after it was looked at as often as it takes."""
    operation = Operation(6)
    operation.rebuild()
    plant(operation)
    scans = operation.client.calls

    checked = operation.check()

    assert {one.attribute for one in checked.differences} == attributes
    assert checked.moving == 0
    assert operation.client.calls > scans


def _set(operation: Operation, kind: str, more: Item) -> None:
    item = next(one for one in operation.current if f"/{kind}/" in one["key"]["S"])
    item.update(more)


def test_a_difference_says_where_it_is() -> None:
    """With what was expected and what was found."""
    operation = Operation(6)
    operation.rebuild()
    counter = _counter(operation)
    names = counter["key"]["S"].split("/")
    expected = int(counter["cn"]["N"])
    _raise(counter, "cn")

    [difference] = operation.check().differences

    assert difference.described() == {
        "expected": str(expected),
        "found": str(expected + 3),
        "attribute": "cn",
        "function": names[2].replace("%2F", "/"),
        "metric": names[3],
        "kind": names[4],
        "level": names[5],
        "variant": counter["variant"]["S"],
        "period": counter["sort"]["S"].partition("/")[0],
        "target": "",
    }


def _function(series: Item) -> str:
    return unquote(series["key"]["S"].rpartition("/")[2])


def test_counters_that_are_lost_or_nobodys_are_found() -> None:
    """So are heads, and shards that readers do not know of."""
    operation = Operation(6)
    operation.rebuild()
    counter = _counter(operation)
    _remove(operation, counter)
    stray = {**counter, "sort": {"S": "d1999-01-01/gone"}, "variant": {"S": "gone"}}
    operation.aggregates[counter["key"]["S"], "d1999-01-01/gone"] = stray
    head = _head(operation)
    _remove(operation, head)
    listed = [one for one in operation.current if "/series/" in one["key"]["S"]][:2]
    for series in listed:
        _remove(operation, series)

    differences = operation.check().differences

    at = {(one.variant, one.period) for one in differences if not one.target}
    assert (counter["variant"]["S"], counter["sort"]["S"].partition("/")[0]) in at
    assert ("gone", "d1999-01-01") in at
    target = [one for one in differences if one.target == head["sort"]["S"]]
    assert {one.attribute for one in target} > {"boolean", "function", "cn"}
    assert sorted(
        (one.function, one.metric, one.kind, one.level, one.attribute)
        for one in differences
        if one.found == "not listed"
    ) == sorted((*layout.read_series(_function(one), one)[0], "shard 0") for one in listed)


def test_more_than_memory_should_hold_is_compared_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is expected of a counter is noted in parts, and added up."""
    monkeypatch.setattr(compare, "HELD", 5)
    operation = Operation(6)
    operation.rebuild()
    counter = _counter(operation)
    expected = int(counter["cn"]["N"])
    _raise(counter, "cn")

    [difference] = operation.check().differences

    assert (difference.attribute, difference.expected) == ("cn", str(expected))
    assert difference.found == str(expected + 3)


def test_of_more_differences_than_memory_should_hold_some_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All are counted, after as many looks as it takes to be sure of them."""
    operation, looks = Operation(6), list[float]()
    whole = operation.check(sleep=looks.append)
    assert len(whole.differences) > 50
    assert (whole.more, whole.moving, len(looks)) == (0, 0, 1)
    monkeypatch.setattr("feedback_cli.recount.looks.MOST", 50)

    some = operation.check()

    assert len(some.differences) == 50
    assert some.more == len(whole.differences) - 50
    assert some.moving == 0


def test_what_a_killed_rebuild_has_left_is_counted_and_not_compared() -> None:
    """It is nobody's until the next rebuild deletes it."""
    operation = Operation(7)
    operation.rebuild()
    operation.aggregates["1/counts/f/m/float/inference/0", "d2026-01-01/a"] = {
        "key": {"S": "1/counts/f/m/float/inference/0"},
        "sort": {"S": "d2026-01-01/a"},
        "variant": {"S": "a"},
        "cn": {"N": "3"},
    }

    checked = operation.check()

    assert (checked.differences, checked.left) == ([], 1)


def test_a_scan_stops_in_all_parts_where_one_fails() -> None:
    """What it raised is raised."""
    operation = Operation(8)
    pages = list[int]()

    def handle(_items: list[Item], segment: int) -> None:
        pages.append(segment)
        raise Killed

    with pytest.raises(Killed):
        scan(operation.typed, "boolean", handle)
    assert len(pages) <= 4


class _Broken:
    """An SDK's client that raises."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_item(self, **_: object) -> None:
        """Raise."""
        raise self._error


def test_the_lambdas_modules_know_the_failures_of_an_operators_client() -> None:
    """What DynamoDB answers, and what it does not."""
    operation = Operation(8)
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetItem")
    silent = EndpointConnectionError(endpoint_url="http://127.0.0.1:9")
    key = {"target_id": {"S": "?"}}

    assert Database(operation.typed).get_item(TableName="target", Key=key) == {}
    for error, kind in ((denied, Refused), (silent, Unreachable)):
        client = Database(cast("DynamoDBClient", _Broken(error)))
        with pytest.raises(kind):
            client.get_item(TableName="target", Key=key)


def test_an_inference_whose_listing_is_too_large_is_named_by_a_rebuild() -> None:
    """With the feedback on it; all others are counted."""
    operation = Operation(1)
    large = next(
        item for item in operation.memory.tables["target"].values() if "variant_name" in item
    )
    large["variant_name"] = {"S": "v" * (400 * 1024 - 60)}

    done = operation.rebuild()

    assert f"target {large['target_id']['S']}" in done.refused
    assert all(large["target_id"]["S"] in what for what in done.refused)
