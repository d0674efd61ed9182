"""Rows: what is written is read back, whatever kind it is of."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.evaluation import Label
from feedback.kinds.registry import KINDS
from feedback.kinds.value import InvalidValue
from feedback.model import Feedback, Inference, Kind, Level, Metric, Record, Target
from feedback.rows import (
    LABELS,
    episode_item,
    feedback_key,
    feedback_row,
    inference_item,
    label_row,
    read_feedback,
    read_label,
    read_record,
    timestamp,
)
from shared.document import dump
from shared.items import Attribute, Item, ItemTooLarge
from shared.uuids import Uuid
from tests.unit.fakes import catalog, uuid7

IDS = st.integers(0, 2**31).map(uuid7)
TARGETS = st.builds(Target, st.sampled_from(Level), IDS)
TAGS = st.dictionaries(st.text(), st.text(), max_size=4)
VALUES: dict[bool | float | str, st.SearchStrategy[bool | float | str]] = {
    True: st.booleans(),
    3: st.integers(0, 9),
    0.5: st.floats(allow_nan=False, allow_infinity=False),
    "": st.text(),
}
"""Values of each type, by one of them."""
SPECIFIC = {"metric_name": "m", "target_type": "episode"}
"""What a kind may keep besides, of the feedback below."""


def _is_taken(kind: Kind[Any], value: Any) -> bool:
    try:
        kind.parse("m", value)
    except InvalidValue:
        return False
    return True


def _stored(kind: Kind[Any]) -> st.SearchStrategy[bool | float | str]:
    """Draw values as this kind stores them; of one that depends on its target, texts."""
    if kind.reads:
        return st.text()
    taken = [values for value, values in VALUES.items() if _is_taken(kind, value)]
    return (
        st.one_of(taken)
        .filter(partial(_is_taken, kind))
        .map(lambda value: kind.complete(kind.parse("m", value), Record(), catalog()))
    )


def _as_dynamodb_returns(item: Item) -> Item:
    """Spell the value as DynamoDB does: 2.0 as 2, and 1e-130 as 1E-130."""
    ((kind, text),) = item["value"].items()
    spelled = str(Decimal(text).normalize()) if kind == "N" else text
    value: Attribute = {kind: spelled}
    return {**item, "value": value}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@given(st.data())
def test_feedback_is_read_back(kind: Kind[Any], data: st.DataObject) -> None:
    """As TensorZero shows it: its type, its fields, and the time that its id was made at."""
    target_id, value, tags = data.draw(IDS), data.draw(_stored(kind)), data.draw(TAGS)
    target = Target(Level.EPISODE, target_id)
    feedback = Feedback(uuid7(0), Metric("m", kind, None), target, value, tags, "5f")

    row = feedback_row(feedback)
    shown = read_feedback(kind, _as_dynamodb_returns(row.item))

    assert row.table == kind.name
    assert row.item.items() >= feedback_key(kind, target_id, feedback.id).items()
    common: dict[str, Any] = {
        "type": kind.name,
        "id": feedback.id,
        kind.key: target_id,
        "value": value,
        "tags": tags,
        "snapshot_hash": "5f",
        "timestamp": "1970-01-01T00:00:00.000Z",
    }
    if kind.keeps:
        common[kind.keeps] = SPECIFIC[kind.keeps]
    assert shown == common
    assert type(shown["value"]) is type(value)


def test_a_demonstration_is_kept_by_its_inference() -> None:
    """The other kinds are kept by their target; a comment also keeps its level."""
    keys = {name: (kind.key, kind.keeps) for name, kind in KINDS.items()}

    assert keys.pop("demonstration") == ("inference_id", None)
    assert keys.pop("comment") == ("target_id", "target_type")
    assert set(keys.values()) == {("target_id", "metric_name")}


@given(IDS, IDS, st.booleans() | st.floats(-1, 1), TARGETS, st.text())
def test_a_label_is_read_back(
    datapoint: Uuid, evaluator: Uuid, value: float, target: Target, output: str
) -> None:
    """Under the id of its feedback, and with the output by which it is found."""
    feedback = Feedback(uuid7(1), Metric("m", KINDS["float"], None), target, value, {}, "5f")

    row = label_row(Label(datapoint, evaluator, dump(value)), feedback, output)

    assert row.table == LABELS
    assert read_label(row.item) == {"value": value, "evaluator_inference_id": evaluator}
    assert (
        row.item.items()
        >= {
            "datapoint_id": {"S": datapoint},
            "feedback_id": {"S": feedback.id},
            "metric_name": {"S": "m"},
            "output": {"S": output},
            "timestamp": {"S": "1970-01-01T00:00:01.000Z"},
        }.items()
    )


@given(
    IDS,
    st.builds(Record, st.text(), *[st.none() | st.text()] * 3),
    st.sets(st.sampled_from(Record._fields)),
)
def test_an_inference_is_read_back(id_: Uuid, record: Record, reads: set[str]) -> None:
    """The parts that are needed, at its own level; an episode has no parts."""
    item = inference_item(Inference(id_, uuid7(5), "v", record))
    needed = {name: text for name, text in record._asdict().items() if name in reads}

    assert item["variant_name"] == {"S": "v"}
    assert item["episode_id"] == episode_item(uuid7(5))["target_id"]
    for level, stored, found in (
        (Level.INFERENCE, item, Record(**needed)),
        (Level.EPISODE, episode_item(id_), Record()),
    ):
        [other] = {*Level} - {level}
        assert read_record(stored, Target(level, id_), tuple(reads)) == found
        assert read_record(stored, Target(other, id_), tuple(reads)) is None


@pytest.mark.parametrize(
    ("id_", "text"),
    [
        ("00000000-0001-7000-8000-000000000000", "1970-01-01T00:00:00.001Z"),
        ("0192c4a0-7e00-7000-8000-000000000002", "2024-10-25T17:01:45.344Z"),
    ],
)
def test_a_timestamp_is_the_ids(id_: str, text: str) -> None:
    """RFC 3339 in UTC, to the millisecond."""
    assert timestamp(Uuid(id_)) == text


HUGE = "x" * 400 * 1024
COMMENT = Feedback(
    uuid7(1), Metric("comment", KINDS["comment"], None), Target(Level.EPISODE, uuid7(1)), "", {}, ""
)


def test_a_row_that_no_table_holds_is_refused() -> None:
    """Feedback, a label or an inference."""
    with pytest.raises(ItemTooLarge):
        feedback_row(COMMENT._replace(value=HUGE))
    with pytest.raises(ItemTooLarge):
        label_row(Label(uuid7(0), uuid7(0), ""), COMMENT, HUGE)
    with pytest.raises(ItemTooLarge):
        inference_item(Inference(uuid7(0), uuid7(1), "", Record(output=HUGE)))
