"""Rows: an item for each feedback, its time read from its id."""

import pytest

from feedback.kinds import comment
from feedback.model import Feedback, Level, Metric, Target
from feedback.rows import feedback_row
from shared.items import ItemTooLarge
from shared.uuids import Uuid

TARGET = Target(Level.EPISODE, Uuid("0192c4a0-7e00-7000-8000-000000000001"))


def _comment(text: str, feedback_id: str = "0192c4a0-7e00-7000-8000-000000000002") -> Feedback:
    return Feedback(
        id=Uuid(feedback_id),
        metric=Metric("comment", comment.KIND, None),
        target=TARGET,
        value={"S": text},
        tags={},
        snapshot_hash="5f" * 32,
    )


@pytest.mark.parametrize(
    ("feedback_id", "timestamp"),
    [
        ("00000000-0000-7000-8000-000000000000", "1970-01-01T00:00:00.000Z"),
        ("00000000-0001-7000-8000-000000000000", "1970-01-01T00:00:00.001Z"),
        ("0192c4a0-7e00-7000-8000-000000000002", "2024-10-25T17:01:45.344Z"),
    ],
)
def test_the_timestamp_is_the_ids(feedback_id: str, timestamp: str) -> None:
    """RFC 3339 in UTC, to the millisecond."""
    assert feedback_row(_comment("", feedback_id)).item["timestamp"] == {"S": timestamp}


def test_an_item_of_400_kb_is_the_largest() -> None:
    """Names and values, counted as DynamoDB counts them."""
    names = "target_id" + "target_type" + "id" + "value" + "tags" + "snapshot_hash" + "timestamp"
    values = 36 + len("episode") + 36 + 3 + 64 + len("2024-10-25T17:01:45.344Z")
    room = 400 * 1024 - len(names) - values

    assert feedback_row(_comment("x" * room)).item["value"] == {"S": "x" * room}
    with pytest.raises(ItemTooLarge, match="would take 409601 bytes: at most 409600 can be stored"):
        feedback_row(_comment("x" * (room + 1)))
    with pytest.raises(ItemTooLarge):
        feedback_row(_comment("é" * (room // 2 + 1)))
