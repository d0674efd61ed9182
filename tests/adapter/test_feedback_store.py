"""Rows and targets in a real (emulated) table: what is put is there, to the byte."""

import json
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.kinds import boolean, comment, number
from feedback.lookup import DynamoLookup
from feedback.model import Feedback, Level, Metric, Record, Target
from feedback.rows import Row, feedback_row
from shared import uuids
from shared.items import Attribute, Item, ItemTooLarge, check_size
from shared.refusal import Refusal
from submit.store import DynamoFeedbackStore
from tests.adapter.conftest import Connect
from tests.unit.fakes import catalog
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

METRICS = {
    "boolean": Metric("liked", boolean.KIND, Level.INFERENCE),
    "float": Metric("distance", number.KIND, Level.INFERENCE),
    "comment": Metric("comment", comment.KIND, None),
}
LOGICAL_IDS = {
    "boolean": "BooleanMetricFeedback",
    "float": "FloatMetricFeedback",
    "comment": "CommentFeedback",
}
LIMIT = 400 * 1024
NOW = 1_790_000_000


@pytest.fixture(scope="module")
def names(tables: dict[str, str]) -> dict[str, str]:
    """Give the tables by the names that the store knows them by."""
    return {table: tables[logical_id] for table, logical_id in LOGICAL_IDS.items()}


@pytest.fixture(scope="module")
def store(dynamodb: "DynamoDBClient", names: dict[str, str]) -> DynamoFeedbackStore:
    """Make a store whose client, unlike Lambda's, checks every parameter."""
    return DynamoFeedbackStore(dynamodb, names)


def _row(kind: str, value: Attribute, tags: dict[str, str] | None = None) -> Row:
    target = Target(Level.INFERENCE, uuids.new())
    return feedback_row(Feedback(uuids.new(), METRICS[kind], target, value, tags or {}, "5f" * 32))


def _read(store: DynamoFeedbackStore, row: Row) -> Item | None:
    key = {name: row.item[name] for name in ("target_id", "id")}
    answer = store.client.get_item(TableName=store.tables[row.table], Key=key, ConsistentRead=True)
    item: Item | None = answer.get("Item")  # type: ignore[assignment]  # the stubs are stricter
    return item


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("boolean", {"BOOL": True}),
        ("boolean", {"BOOL": False}),
        ("comment", {"S": ""}),
        ("comment", {"S": "é😀\x00\n\ufeff\u2028"}),
        ("comment", {"S": "\x00"}),
    ],
)
def test_what_is_put_is_there(store: DynamoFeedbackStore, kind: str, value: Attribute) -> None:
    """With every attribute, and NUL in a text."""
    row = _row(kind, value, {"a": "b"})

    store.write([row], [], NOW)

    assert _read(store, row) == row.item


@pytest.mark.parametrize(
    "tags",
    [{}, {"": ""}, {"": "x", "x": ""}, {"\x00": "\x00"}, {"é.#[0]": "é"}, {"a" * 5_000: "b"}],
)
def test_any_tags_can_be_stored(store: DynamoFeedbackStore, tags: dict[str, str]) -> None:
    """Empty names and values among them."""
    row = _row("boolean", {"BOOL": True}, tags)

    store.write([row], [], NOW)

    assert _read(store, row) == row.item


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, -0.0, 1e-130, -1e-130, 9.999999999999998e125, 2**64 - 1, -(2**63)])
)
def test_every_number_that_is_admitted_is_stored_exactly(
    store: DynamoFeedbackStore, value: float
) -> None:
    """DynamoDB spells it its own way, but it is the same number."""
    try:
        number_ = number.KIND.parse("distance", value)
    except Refusal:
        return
    row = _row("float", number.KIND.encode(number_, Record(), catalog()))

    store.write([row], [], NOW)

    stored = _read(store, row)
    assert stored is not None
    assert Decimal(stored["value"]["N"]) == Decimal(repr(float(value)))


def test_feedback_of_a_target_is_in_the_order_of_time(store: DynamoFeedbackStore) -> None:
    """One query a table."""
    target = Target(Level.INFERENCE, uuids.new())
    ids = sorted(uuids.new() for _ in range(5))
    for feedback_id in reversed(ids):
        value: Attribute = {"BOOL": True}
        row = feedback_row(Feedback(feedback_id, METRICS["boolean"], target, value, {}, ""))
        store.write([row], [], NOW)

    found = store.client.query(
        TableName=store.tables["boolean"],
        KeyConditionExpression="target_id = :target",
        ExpressionAttributeValues={":target": {"S": target.id}},
    )

    assert [item["id"]["S"] for item in found["Items"]] == ids


def _of_size(size: int, tags: dict[str, str]) -> Row:
    empty = _row("comment", {"S": ""}, tags)
    room = size - _size(empty.item)
    return Row("comment", {**empty.item, "value": {"S": "x" * room}})


def _size(item: Item) -> int:
    """Tell the size that check_size sees, by filling an item up to the limit."""
    low, high = 0, LIMIT
    while low < high:
        middle = (low + high + 1) // 2
        try:
            check_size({**item, "": {"S": "x" * middle}})
        except ItemTooLarge:
            high = middle - 1
        else:
            low = middle
    return LIMIT - low


@pytest.mark.parametrize("tags", [{}, {"a": "b", "": "", "é": "😀"}])
def test_an_item_of_400_kb_is_stored_and_one_byte_more_is_refused(
    store: DynamoFeedbackStore, tags: dict[str, str]
) -> None:
    """By us, in clear words, where DynamoDB would refuse it as well."""
    largest, larger = _of_size(LIMIT, tags), _of_size(LIMIT + 1, tags)

    assert check_size(largest.item) == largest.item
    store.write([largest], [], NOW)
    assert _read(store, largest) == largest.item

    with pytest.raises(ItemTooLarge):
        check_size(larger.item)
    with pytest.raises(ClientError, match="ValidationException"):
        store.write([larger], [], NOW)


ATTRIBUTES = (
    st.text(max_size=50).map(lambda text: {"S": text})
    | st.booleans().map(lambda value: {"BOOL": value})
    | st.floats(1e-130, 1e125).map(lambda value: {"N": repr(value)})
    | st.floats(-1e125, -1e-130).map(lambda value: {"N": repr(value)})
    | st.integers(-(10**38) + 1, 10**38 - 1).map(lambda value: {"N": str(value)})
    | st.dictionaries(st.text(max_size=9), st.text(max_size=9)).map(
        lambda texts: {"M": {name: {"S": text} for name, text in texts.items()}}
    )
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(min_size=1, max_size=20), ATTRIBUTES, max_size=8))
def test_whatever_we_hold_for_small_enough_dynamodb_takes(
    store: DynamoFeedbackStore, attributes: dict[str, Attribute]
) -> None:
    """Filled up to the limit by our count, which is never below DynamoDB's."""
    ids: Item = {"target_id": {"S": uuids.new()}, "id": {"S": uuids.new()}}
    item = {**attributes, "filling": {"S": ""}, **ids}
    item["filling"] = {"S": "x" * (LIMIT - _size(item))}
    row = Row("comment", check_size(item))

    store.write([row], [], NOW)

    assert _read(store, row) is not None


def test_lambdas_own_client_stores_the_same(
    connect_to: Connect, aws: Emulator, store: DynamoFeedbackStore
) -> None:
    """It checks no parameter, for the rows are ours."""
    row = _row("comment", {"S": "text"}, {"a": "b"})

    DynamoFeedbackStore(connect_to(aws.endpoint), store.tables).write([row], [], NOW)

    assert _read(store, row) == row.item


def test_several_rows_are_stored_together(store: DynamoFeedbackStore) -> None:
    """All of them, each in its table."""
    rows = [_row("boolean", {"BOOL": True}), _row("comment", {"S": "why"})]

    store.write(rows, [], NOW)

    assert [_read(store, row) for row in rows] == [row.item for row in rows]


def test_of_several_rows_all_or_none_are_stored(store: DynamoFeedbackStore) -> None:
    """One that cannot be keeps the others out."""
    good, bad = _row("boolean", {"BOOL": True}), _of_size(LIMIT + 1, {})

    with pytest.raises(ClientError):
        store.write([good, bad], [], NOW)

    assert _read(store, good) is None


@pytest.fixture(scope="module")
def targets(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> DynamoLookup:
    """Make targets, with one inference and its episode recorded."""
    return DynamoLookup(dynamodb, tables["Target"], tables["Idempotency"])


@pytest.mark.parametrize("level", Level)
def test_a_target_is_found_at_its_own_level_only(targets: DynamoLookup, level: Level) -> None:
    """An episode's id is no inference's."""
    target_id = uuids.new()
    item: Item = {
        "target_id": {"S": target_id},
        "target_type": {"S": level.value},
        "function_name": {"S": "f"},
        "output": {"S": json.dumps({})},
    }
    targets.client.put_item(TableName=targets.targets, Item=item)
    [other] = {*Level} - {level}

    assert targets.get(Target(level, target_id), ()) == Record()
    assert targets.get(Target(level, target_id), ("function_name", "output", "output_schema")) == (
        Record(function_name="f", output="{}")
    )
    assert targets.get(Target(other, target_id), ()) is None


def test_a_target_that_was_never_recorded_is_not_found(targets: DynamoLookup) -> None:
    """It is waited for by whoever asks."""
    assert targets.get(Target(Level.INFERENCE, uuids.new()), ("output",)) is None


def test_a_table_that_is_not_there_is_a_bug(dynamodb: "DynamoDBClient") -> None:
    """Not a missing target."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        DynamoLookup(dynamodb, f"none-{uuid4()}", "").get(Target(Level.EPISODE, uuids.new()), ())
