"""Transactions: as few as possible, none beyond DynamoDB's limits, and what one leaves over."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.grouping import only_transaction, sort, transactions
from batch.writes import Outcomes, Write
from feedback.model import Accepted
from feedback.reservations import IdempotencyKeyReused, Reservation
from feedback.rows import Row
from feedback.transaction import MAX_BYTES, MAX_PUTS
from shared.elements import BatchTooLarge
from shared.items import item_size
from shared.transaction import Obstacle
from tests.unit.fakes import uuid7

NOW = 1_790_000_000
LARGEST = 400 * 1024


def _write(number: int, *, keyed: bool = False, rows: int = 1, size: int = 0) -> Write:
    """Make the write of an element; its first row has so many bytes, or a few."""
    id_ = uuid7(NOW, number)
    items: list[Any] = [{"id": {"S": id_}}, {"feedback_id": {"S": id_}}][:rows]
    room = size - item_size({**items[0], "value": {"S": ""}})
    items[0]["value"] = {"S": "x" * room}
    reservations = [Reservation(f"{number:064x}", id_, "f" * 64, NOW)] if keyed else []
    return Write(id_, [Row("boolean", item) for item in items], reservations)


WRITES = st.lists(
    st.tuples(st.booleans(), st.integers(1, 2), st.sampled_from([0, 1_000, 100_000, LARGEST])),
    max_size=120,
).map(
    lambda drawn: [
        _write(number, keyed=keyed, rows=rows, size=size)
        for number, (keyed, rows, size) in enumerate(drawn)
    ]
)


def _fits(group: list[Write]) -> bool:
    puts, size = sum(one.puts for one in group), sum(one.size for one in group)
    return puts <= 100 and size <= 4 * 1024 * 1024


@given(WRITES)
def test_transactions_are_as_full_as_they_can_be(writes: list[Write]) -> None:
    """They take everything in order, and no element is torn apart."""
    groups = list(transactions(writes))

    assert [write for group in groups for write in group] == writes
    assert all(groups)
    assert all(map(_fits, groups))
    assert not any(_fits([*group, after[0]]) for group, after in pairwise(groups))


@given(WRITES)
def test_an_atomic_batch_is_one_transaction_or_refused(writes: list[Write]) -> None:
    """If it is more than DynamoDB takes at once."""
    if _fits(writes):
        assert only_transaction(writes) == writes
        return

    with pytest.raises(BatchTooLarge):
        only_transaction(writes)


def test_the_limits_are_reached_exactly() -> None:
    """A hundred puts, where a key is one as well; four megabytes, to the byte."""
    plain = [_write(number) for number in range(101)]
    keyed = [_write(number, keyed=True) for number in range(51)]
    full = [_write(number, size=LARGEST) for number in range(10)]
    left = 4 * 1024 * 1024 - sum(write.size for write in full)
    bytes_ = {extra: [*full, _write(10, size=left + extra)] for extra in (0, 1)}

    assert (MAX_PUTS, MAX_BYTES) == (100, 4_194_304)
    assert [len(group) for group in transactions(plain)] == [100, 1]
    assert [len(group) for group in transactions(keyed)] == [50, 1]
    assert [len(group) for group in transactions(bytes_[0])] == [11]
    assert [len(group) for group in transactions(bytes_[1])] == [10, 1]
    for writes, found in ((plain, "found 101 and "), (bytes_[1], "found 11 and 4194305")):
        with pytest.raises(BatchTooLarge) as caught:
            only_transaction(writes)
        assert str(caught.value).startswith(
            "An atomic batch stores at most 100 items (an element is one, and one more with an "
            "idempotency_key or an evaluation label) and 4194304 bytes, found "
        )
        assert found in str(caught.value)


def test_an_element_counts_with_its_key_and_its_label() -> None:
    """Each is an item; only one row without a key needs no transaction."""
    plain, keyed, label = _write(1), _write(1, keyed=True), _write(1, rows=2)

    assert [one.puts for one in (plain, keyed, label)] == [1, 2, 2]
    assert [one.is_plain for one in (plain, keyed, label)] == [True, False, False]
    assert keyed.size == plain.size + item_size(keyed.reservations[0].to_item())
    assert label.size == plain.size + item_size(label.rows[1].item)


ONE, TWO, THREE = (_write(number, keyed=True) for number in (1, 2, 3))
LABEL = _write(4, rows=2)
OTHERS = [_write(9)]
NONE, CONFLICT = Obstacle(None, congested=False), Obstacle(None, congested=True)


def _held(write: Write, **changes: Any) -> Obstacle:
    item = {**write.reservations[0].to_item(), "feedback_id": {"S": uuid7(NOW, 99)}, **changes}
    return Obstacle(item, congested=False)


def _sort(*obstacles: Obstacle, atomic: bool = False) -> tuple[bool, list[list[Write]], Outcomes]:
    """Sort the transaction of ONE, LABEL, TWO and THREE, each of two puts."""
    pending, outcomes = [[ONE, LABEL, TWO, THREE], OTHERS], Outcomes()
    congested = sort(pending, list(obstacles) or None, outcomes, atomic=atomic)
    assert pending.pop() is OTHERS
    return congested, pending, outcomes


@pytest.mark.parametrize("atomic", [False, True])
def test_a_transaction_that_passed_is_stored_whole(atomic: bool) -> None:
    """Nothing is left to do."""
    stored = {one.id: Accepted(one.id) for one in (ONE, LABEL, TWO, THREE)}

    assert _sort(atomic=atomic) == (False, [], stored)


def test_an_element_whose_key_is_held_is_answered_by_the_holder() -> None:
    """With the first one's id, or a refusal; the others are tried again without it."""
    other = _held(THREE, fingerprint={"S": "another"})

    congested, pending, outcomes = _sort(*[NONE] * 4, _held(TWO), NONE, other, NONE)

    assert outcomes[TWO.id] == Accepted(uuid7(NOW, 99), replayed=True)
    assert isinstance(outcomes[THREE.id], IdempotencyKeyReused)
    assert (congested, pending) == (False, [[ONE, LABEL]])


@pytest.mark.parametrize("place", [2, 3])
def test_a_conflict_does_not_hold_the_others_up(place: int) -> None:
    """Whichever of its items is in conflict: both are put back, the rest first."""
    obstacles = [CONFLICT if number == place else NONE for number in range(8)]

    assert _sort(*obstacles) == (True, [[ONE, TWO, THREE], [LABEL]], {})


@pytest.mark.parametrize(
    ("atomic", "pending"), [(False, [[LABEL, THREE], [TWO]]), (True, [[LABEL, TWO, THREE]])]
)
def test_an_atomic_batch_stays_together(atomic: bool, pending: list[list[Write]]) -> None:
    """But for what is stored already: that is not in conflict, whatever its other item is."""
    obstacles = [_held(ONE), CONFLICT, NONE, NONE, NONE, CONFLICT, NONE, NONE]

    congested, left, outcomes = _sort(*obstacles, atomic=atomic)

    assert (congested, left) == (True, pending)
    assert list(outcomes) == [ONE.id]


@pytest.mark.parametrize("atomic", [False, True])
def test_if_all_are_answered_nothing_is_left(atomic: bool) -> None:
    """No empty transaction."""
    pending, outcomes = [[ONE, TWO]], Outcomes()

    assert sort(pending, [_held(ONE), NONE, _held(TWO), NONE], outcomes, atomic=atomic) is False
    assert (pending, {*outcomes}) == ([], {ONE.id, TWO.id})
