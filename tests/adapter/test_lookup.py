"""Look-ups of targets and keys: few calls, each item read once, what is left is asked for again."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from feedback.lookup import BatchRead, DynamoLookup
from feedback.model import Level, Record, Target
from feedback.waiting import TargetNotFound
from shared import uuids
from shared.dynamodb import StorageUnavailable
from shared.items import Item
from tests.adapter.conftest import Connect
from tests.support.loopback import Answer, failure, serve
from tests.support.proxy import Call, Proxy, Trouble
from tests.unit.fakes import uuid7

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Put: TypeAlias = Callable[..., None]

NOW = 1_790_000_000
TEXTS = {
    name: f"{{{name}}}" for name in ("function_name", "tool_params", "output_schema", "output")
}


@pytest.fixture
def lookup(connect_to: Connect, between: Proxy, tables: dict[str, str]) -> DynamoLookup:
    """Look up in the emulated tables, with Lambda's own client."""
    return DynamoLookup(connect_to(between.endpoint), tables)


@pytest.fixture
def put(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> Put:
    """Record a target, with texts."""

    def record(target: Target, **texts: str) -> None:
        texts = {"target_id": target.id, "target_type": target.level.value, **texts}
        item = {name: {"S": text} for name, text in texts.items()}
        dynamodb.put_item(TableName=tables["target"], Item=item)

    return record


@pytest.fixture
def reserve(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> Callable[[], tuple[str, Item]]:
    """Reserve a new key; return it and its item."""

    def make() -> tuple[str, Item]:
        key = uuids.new()
        item: Item = {"key": {"S": key}, "feedback_id": {"S": f"of {key}"}}
        dynamodb.put_item(TableName=tables["idempotency"], Item=item)
        return key, item

    return make


def _inference() -> Target:
    return Target(Level.INFERENCE, uuids.new())


def _keys(call: tuple[str, dict[str, Any]]) -> list[str]:
    """Return the keys that a call asks for."""
    parts = call[1]["RequestItems"].values()
    return [name["S"] for part in parts for key in part["Keys"] for name in key.values()]


@pytest.mark.parametrize("level", Level)
def test_one_target_is_read_by_itself_and_at_its_own_level_only(
    lookup: DynamoLookup, between: Proxy, put: Put, tables: dict[str, str], level: Level
) -> None:
    """Strongly consistent, and no more than what is needed; None if it is not recorded yet."""
    target, [other] = Target(level, uuids.new()), {*Level} - {level}
    put(target, output="{}", variant_name="v")

    assert lookup.get(target, ("output", "output_schema")) == Record(output="{}")
    assert lookup.get(target, ()) == Record()
    assert lookup.get(_inference(), ("output",)) is None
    with pytest.raises(TargetNotFound):
        lookup.get(target._replace(level=other), ())
    attributes = ("target_type", "output", "output_schema")
    assert between.calls[0] == (
        "GetItem",
        {
            "TableName": tables["target"],
            "Key": {"target_id": {"S": target.id}},
            "ConsistentRead": True,
            "ProjectionExpression": ",".join(f"#{name}" for name in attributes),
            "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
        },
    )


def test_targets_and_keys_are_read_in_one_call(
    lookup: DynamoLookup,
    between: Proxy,
    put: Put,
    reserve: Callable[[], tuple[str, Item]],
    tables: dict[str, str],
) -> None:
    """An id at both levels once; each target gets what it needs, the call asks the same of all."""
    one, other, missing = _inference(), _inference(), _inference()
    put(one, output="{}")
    put(other, output="{}", function_name="f", tool_params="{}")
    key, held = reserve()
    as_episode = Target(Level.EPISODE, one.id)
    needed = ("function_name", "tool_params")
    batch = BatchRead({one: ("output",), as_episode: (), other: needed, missing: ()}, [key, "free"])

    lookup.read(batch)

    assert batch.records == {
        one: Record(output="{}"),
        other: Record(function_name="f", tool_params="{}"),
    }
    assert batch.impossible == {as_episode}
    assert batch.reserved == {key: held}
    attributes = ("target_id", "target_type", "function_name", "output", "tool_params")
    [(operation, parameters)] = between.calls
    assert operation == "BatchGetItem"
    assert parameters["RequestItems"] == {
        tables["idempotency"]: {
            "Keys": [{"key": {"S": key}}, {"key": {"S": "free"}}],
            "ConsistentRead": True,
        },
        tables["target"]: {
            "Keys": [{"target_id": {"S": target.id}} for target in (one, other, missing)],
            "ConsistentRead": True,
            "ProjectionExpression": ",".join(f"#{name}" for name in attributes),
            "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
        },
    }


@pytest.mark.parametrize(
    ("targets", "keys", "sizes"),
    [(0, 0, []), (1, 0, [1]), (0, 1, [1]), (50, 50, [100]), (51, 50, [100, 1])],
)
def test_a_call_reads_a_hundred_items(
    lookup: DynamoLookup, between: Proxy, targets: int, keys: int, sizes: list[int]
) -> None:
    """What is beyond is another call; where there is nothing to read, there is none."""
    sought = dict.fromkeys((_inference() for _ in range(targets)), ())

    lookup.read(BatchRead(sought, [str(number) for number in range(keys)]))

    assert [len(_keys(call)) for call in between.calls] == sizes


@dataclass
class AtMost(Trouble):
    """A call may be given so many items; the others are left over."""

    items: int

    def meet(self, call: Call) -> Answer:
        """Pass on what is not too much."""
        room = self.items
        asked: dict[str, Any] = {}
        left: dict[str, Any] = {}
        for table, part in call.parameters["RequestItems"].items():
            keys, rest = part["Keys"][:room], part["Keys"][room:]
            room -= len(keys)
            asked |= {table: {**part, "Keys": keys}} if keys else {}
            left |= {table: {**part, "Keys": rest}} if rest else {}
        found = json.loads(call.happen(RequestItems=asked).body)
        return Answer.of(**{**found, "UnprocessedKeys": left})


def test_what_dynamodb_leaves_over_is_asked_for_again_and_nothing_else(
    lookup: DynamoLookup,
    between: Proxy,
    put: Put,
    reserve: Callable[[], tuple[str, Item]],
    tables: dict[str, str],
) -> None:
    """It is not missing: nobody knows yet. What was found stays found."""
    sought = [_inference() for _ in range(60)]
    for target in sought:
        put(target, **TEXTS)
    reserved = dict(reserve() for _ in range(60))
    batch = BatchRead(dict.fromkeys(sought, tuple(TEXTS)), list(reserved))
    between.trouble, congested = AtMost(40), 0

    while batch.pending is None or batch.pending:
        try:
            lookup.read(batch)
        except StorageUnavailable as refusal:
            congested += refusal.congested

    assert [len(_keys(call)) for call in between.calls] == [100, 20, 60, 20]
    assert congested == 2
    asked = _keys(between.calls[0]) + _keys(between.calls[1])
    assert {*asked} == {*reserved, *(target.id for target in sought)}
    assert batch.records == dict.fromkeys(sought, Record(**TEXTS))
    assert batch.reserved == reserved
    parts = [call["RequestItems"].get(tables["target"]) for _, call in between.calls]
    assert all("ProjectionExpression" in part for part in parts if part)


@pytest.mark.usefixtures("short_pauses")
def test_a_read_goes_on_where_an_outage_interrupted_it(connect_to: Connect) -> None:
    """What was read is not read again."""
    sought = [Target(Level.INFERENCE, uuid7(NOW, number)) for number in range(101)]
    items = [{"target_id": {"S": one.id}, "target_type": {"S": "inference"}} for one in sought]
    answers = [Answer.of(Responses={"T": part}) for part in (items[:100], items[100:])]
    broken, batch = failure("InternalServerError", 500), BatchRead(dict.fromkeys(sought, ()))

    with serve(answers[0], *[broken] * 3, answers[1]) as loopback:
        lookup = DynamoLookup(connect_to(loopback.endpoint), {"target": "T", "idempotency": "I"})
        with pytest.raises(StorageUnavailable) as caught:
            lookup.read(batch)
        lookup.read(batch)

    assert not caught.value.congested
    assert batch.records == dict.fromkeys(sought, Record())
    assert [len(_keys(call)) for call in loopback.calls] == [100, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("expiry", "held"), [(None, True), (NOW + 1, True), (NOW, False), (NOW - 1, False)]
)
def test_a_reservation_counts_until_it_has_expired(expiry: int | None, held: bool) -> None:
    """Though DynamoDB may have its item for days; what has no expiry is reserved for good."""
    item: Item = {"key": {"S": "k"}} | ({"expires_at": {"N": str(expiry)}} if expiry else {})
    batch = BatchRead({}, ["k"], reserved={"k": item})

    assert batch.holder("k", NOW) == (item if held else None)
    assert batch.holder("other", NOW) is None
