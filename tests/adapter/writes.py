"""Writes of a batch's elements, for the tests of what writes them."""

from batch.writes import Write
from feedback.reservations import Reservation
from feedback.rows import Row
from shared.items import Item
from tests.unit.fakes import uuid7

NOW = 1_790_000_000
TABLES = {"boolean": "B", "comment": "C", "evaluation": "E", "idempotency": "I"}
FINGERPRINT = "fingerprint"


def write_of(number: int, *, keyed: bool = False, label: bool = False) -> Write:
    """Make what is to be written of an element: with a key, with a label, or one row alone."""
    id_ = uuid7(NOW, number)
    rows = [
        Row("comment" if number % 2 else "boolean", {"target_id": {"S": "t"}, "id": {"S": id_}})
    ]
    if label:
        rows.append(Row("evaluation", {"feedback_id": {"S": id_}}))
    reservation = Reservation(f"key {number}", id_, FINGERPRINT, NOW + 60)
    return Write(id_, rows, [reservation] if keyed else [])


def plain(count: int) -> list[Write]:
    """Make writes of one row each."""
    return [write_of(number) for number in range(count)]


def keyed(count: int) -> list[Write]:
    """Make writes that have a key."""
    return [write_of(number, keyed=True) for number in range(1_000, 1_000 + count)]


def labels(count: int) -> list[Write]:
    """Make writes that have a label."""
    return [write_of(number, label=True) for number in range(2_000, 2_000 + count)]


def held(write: Write, by: int, fingerprint: str = FINGERPRINT) -> Item:
    """Return the item of an earlier request that holds the write's key."""
    earlier = write.reservations[0]._replace(
        feedback_id=uuid7(NOW - 1, by), fingerprint=fingerprint
    )
    return earlier.to_item()
