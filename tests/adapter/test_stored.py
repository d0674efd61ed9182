"""Feedback in real (emulated) tables: what is put is there, and is read back as it was given."""

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from feedback.evaluation import Label
from feedback.kinds.registry import KINDS
from feedback.model import Feedback, Level, Metric, Target
from feedback.rows import Row, feedback_row, label_row
from reads.label_query import LabelQuery
from reads.labels import DynamoLabels
from reads.receipts import DynamoReceipts
from shared import uuids
from shared.direct.failure import Failure
from shared.items import Attribute, Item, ItemTooLarge, check_size, item_size
from shared.refusal import Refusal
from submit.store import DynamoFeedbackStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIMIT = 400 * 1024
NOW = 1_790_000_000
KEPT: dict[str, dict[str, str]] = {"comment": {"target_type": "inference"}, "demonstration": {}}
"""What a row says besides; that of a metric, its name."""
EXAMPLES = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def store(client: "DynamoDBClient", tables: dict[str, str]) -> DynamoFeedbackStore:
    """Store in the emulated tables."""
    return DynamoFeedbackStore(client, tables)


def _feedback(kind: str, value: Any, tags: dict[str, str] | None = None) -> Feedback:
    metric = Metric("m", KINDS[kind], Level.INFERENCE)
    target = Target(Level.INFERENCE, uuids.new())
    return Feedback(uuids.new(), metric, target, value, tags or {}, "5f" * 32)


def _receipt(store: DynamoFeedbackStore, feedback: Feedback) -> dict[str, Any] | None:
    receipts = DynamoReceipts(store.client, store.tables)
    return receipts.get(feedback.target.id, feedback.id)


@pytest.mark.parametrize("kind", KINDS)
@EXAMPLES
@given(
    st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    st.dictionaries(st.text(min_size=1), st.text()),
)
@example("", {"x": ""})
@example("é😀\x00\n\ufeff\u2028", {"\x00": "\x00"})
@example(1e-130, {"a" * 5_000: "b"})
@example(-0.0, {})
@example(-9.999999999999998e125, {})
@example(1.8446744073709552e19, {})
def test_what_is_put_is_read_back(
    store: DynamoFeedbackStore, kind: str, value: Any, tags: dict[str, str]
) -> None:
    """Of every kind, every value that it takes, to the last digit, and any tags."""
    try:
        parsed = KINDS[kind].parse("m", value)
    except Refusal:
        return
    if kind == "demonstration":  # it is completed to JSON text
        value = parsed = str(parsed)
    feedback = _feedback(kind, parsed, tags)

    store.write([feedback_row(feedback)], [], NOW)

    receipt = _receipt(store, feedback)
    assert receipt is not None
    assert receipt.pop("timestamp").endswith("Z")
    assert receipt == {
        "type": kind,
        "id": feedback.id,
        "inference_id" if kind == "demonstration" else "target_id": feedback.target.id,
        "value": value,
        "tags": tags,
        "snapshot_hash": "5f" * 32,
        **KEPT.get(kind, {"metric_name": "m"}),
    }
    other = _feedback(kind, parsed)
    assert _receipt(store, feedback._replace(id=other.id)) is None
    assert _receipt(store, feedback._replace(target=other.target)) is None


def test_feedback_of_a_target_is_in_the_order_of_time(store: DynamoFeedbackStore) -> None:
    """One query a table."""
    feedback = _feedback("boolean", value=True)
    ids = sorted(uuids.new() for _ in range(5))
    for feedback_id in reversed(ids):
        store.write([feedback_row(feedback._replace(id=feedback_id))], [], NOW)

    found = store.client.query(
        TableName=store.tables["boolean"],
        KeyConditionExpression="target_id = :target",
        ExpressionAttributeValues={":target": {"S": feedback.target.id}},
    )

    assert [item["id"]["S"] for item in found["Items"]] == ids


def _filled(attributes: Item, size: int) -> Row:
    """Make an item of so many bytes, by our own count."""
    item = {**attributes, "target_id": {"S": uuids.new()}, "id": {"S": uuids.new()}}
    item["filling"] = {"S": ""}
    item["filling"] = {"S": "x" * (size - item_size(item))}
    return Row("comment", item)


ATTRIBUTES: st.SearchStrategy[Attribute] = (
    st.text(max_size=50).map(lambda text: {"S": text})
    | st.booleans().map(lambda value: {"BOOL": value})
    | st.floats(1e-130, 1e125).map(lambda value: {"N": repr(value)})
    | st.floats(-1e125, -1e-130).map(lambda value: {"N": repr(value)})
    | st.integers(-(10**38) + 1, 10**38 - 1).map(lambda value: {"N": str(value)})
    | st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=9)).map(
        lambda texts: {"M": {name: {"S": text} for name, text in texts.items()}}
    )
)


@EXAMPLES
@given(st.dictionaries(st.text(min_size=1, max_size=20), ATTRIBUTES, max_size=8))
def test_what_is_small_enough_by_our_count_dynamodb_takes(
    store: DynamoFeedbackStore, attributes: Item
) -> None:
    """Filled up to the limit: our count is never below DynamoDB's."""
    row = _filled(attributes, LIMIT)

    store.write([row._replace(item=check_size(row.item))], [], NOW)


@pytest.mark.parametrize("tags", [{}, {"a": "b", "x": "", "é": "😀"}])
def test_an_item_of_400_kb_is_stored_and_one_byte_more_is_refused(
    store: DynamoFeedbackStore, tags: dict[str, str]
) -> None:
    """By us, in clear words, where DynamoDB would refuse it as well."""
    attributes: Item = {"tags": {"M": {name: {"S": text} for name, text in tags.items()}}}
    largest, larger = _filled(attributes, LIMIT), _filled(attributes, LIMIT + 1)

    assert check_size(largest.item) == largest.item
    store.write([largest], [], NOW)
    with pytest.raises(ItemTooLarge):
        check_size(larger.item)
    with pytest.raises(Failure, match="ValidationException"):
        store.write([larger], [], NOW)


def test_the_newest_label_of_a_metric_and_an_output_is_found(store: DynamoFeedbackStore) -> None:
    """Another metric's is not, though it is newer; nor is any of another output or datapoint."""
    datapoint, judge, labels = uuids.new(), uuids.new(), DynamoLabels(store.client, store.tables)
    given = [("m", 0.5), ("m", 1.0), ("other", 2.0)]
    ids = sorted(uuids.new() for _ in given)
    for id_, (metric, value) in zip(ids, given, strict=True):
        feedback = _feedback("float", value)
        named = feedback._replace(id=id_, metric=feedback.metric._replace(name=metric))
        label = Label(datapoint, judge, str(value))
        store.write([feedback_row(named), label_row(label, named, "{}")], [], NOW)

    newest = labels.latest(datapoint, LabelQuery("m", "{}"))
    assert newest == {"value": 1.0, "evaluator_inference_id": judge}
    assert labels.latest(datapoint, LabelQuery("m", "[]")) is None
    assert labels.latest(uuids.new(), LabelQuery("m", "{}")) is None
