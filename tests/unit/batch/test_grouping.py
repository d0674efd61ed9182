"""Transactions: as few as there can be, none beyond DynamoDB's limits, and what one leaves over."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.grouping import only_transaction, sort, transactions
from batch.request import BatchTooLarge
from batch.writes import Outcomes, Write
from feedback.model import Accepted
from feedback.reservations import IdempotencyKeyReused, Reservation
from feedback.rows import Row
from feedback.transaction import MAX_BYTES, MAX_PUTS
from shared.items import item_size
from tests.unit.fakes import uuid7

NOW = 1_790_000_000
LARGEST = 400 * 1024


def _writing(number: int, *, keyed: bool = False, rows: int = 1, size: int = 0) -> Write:
    """Make what is written of an element; its first row has so many bytes, or a few."""
    id_ = uuid7(NOW, number)
    items: list[Any] = [{"id": {"S": id_}}, {"feedback_id": {"S": id_}}][:rows]
    room = size - item_size({**items[0], "value": {"S": ""}})
    items[0]["value"] = {"S": "x" * room}
    claims = [Reservation(f"{number:064x}", id_, "f" * 64, NOW)] if keyed else []
    return Write(id_, [Row("boolean", item) for item in items], claims)


WRITINGS = st.lists(
    st.tuples(st.booleans(), st.integers(1, 2), st.sampled_from([0, 1_000, 100_000, LARGEST])),
    max_size=120,
).map(
    lambda drawn: [
        _writing(number, keyed=keyed, rows=rows, size=size)
        for number, (keyed, rows, size) in enumerate(drawn)
    ]
)


def _puts(group: list[Write]) -> int:
    return sum(writing.puts for writing in group)


def _size(group: list[Write]) -> int:
    return sum(writing.size for writing in group)


@given(WRITINGS)
def test_everything_is_in_one_transaction_and_each_is_as_full_as_can_be(
    writings: list[Write],
) -> None:
    """In order, and no element is torn apart."""
    groups = list(transactions(writings))

    assert [writing for group in groups for writing in group] == writings
    assert all(groups)
    for group in groups:
        assert _puts(group) <= 100
        assert _size(group) <= 4 * 1024 * 1024
    for group, after in pairwise(groups):
        fuller = [*group, after[0]]
        assert _puts(fuller) > MAX_PUTS or _size(fuller) > MAX_BYTES


@pytest.mark.parametrize(
    ("count", "keyed", "groups"),
    [
        (0, True, []),
        (50, True, [50]),
        (51, True, [50, 1]),
        (100, True, [50, 50]),
        (100, False, [100]),
    ],
)
def test_a_hundred_puts_are_one_transaction(count: int, keyed: bool, groups: list[int]) -> None:
    """A key is a put as well."""
    writings = [_writing(number, keyed=keyed) for number in range(count)]

    assert [len(group) for group in transactions(writings)] == groups


def test_four_megabytes_are_one_transaction() -> None:
    """To the byte."""
    full = [_writing(number, size=LARGEST) for number in range(10)]
    left = 4 * 1024 * 1024 - _size(full)

    assert len(list(transactions([*full, _writing(10, size=left)]))) == 1
    assert len(list(transactions([*full, _writing(10, size=left + 1)]))) == 2
    assert len(only_transaction([*full, _writing(10, size=left)])) == 11
    with pytest.raises(BatchTooLarge):
        only_transaction([*full, _writing(10, size=left + 1)])


def test_an_element_counts_with_its_key_and_its_label() -> None:
    """Each is an item; only what is one alone needs no transaction."""
    alone, keyed, label = _writing(1), _writing(1, keyed=True), _writing(1, rows=2)

    assert [one.puts for one in (alone, keyed, label)] == [1, 2, 2]
    assert [one.is_plain for one in (alone, keyed, label)] == [True, False, False]
    [claim] = keyed.claims
    assert keyed.size == alone.size + item_size(claim.to_item())
    assert label.size == alone.size + item_size(label.rows[1].item)


@pytest.mark.parametrize(
    ("writings", "found"),
    [
        ([_writing(number, keyed=True) for number in range(51)], "found 102 and "),
        ([_writing(number, size=LARGEST) for number in range(11)], "found 11 and 4505600"),
    ],
)
def test_what_is_more_than_one_transaction_takes_is_refused_as_one(
    writings: list[Write], found: str
) -> None:
    """In words that say what counts, what may be and what is."""
    with pytest.raises(BatchTooLarge) as caught:
        only_transaction(writings)

    assert str(caught.value).startswith(
        "An atomic batch stores at most 100 items (an element is one, and one more with an "
        "idempotency_key or an evaluation label) and 4194304 bytes, found "
    )
    assert found in str(caught.value)


def test_as_much_as_one_transaction_takes_is_one() -> None:
    """A hundred puts, or none."""
    writings = [_writing(number, keyed=True) for number in range(50)]

    assert only_transaction(writings) == writings
    assert only_transaction([]) == []


ONE, TWO, THREE = (_writing(number, keyed=True) for number in (1, 2, 3))
LABEL = _writing(4, rows=2)
NONE = {"Code": "None"}
CONFLICT = {"Code": "TransactionConflict"}
OTHERS = [_writing(9)]


def _taken(writing: Write, **changes: Any) -> dict[str, Any]:
    earlier = {**writing.claims[0].to_item(), "feedback_id": {"S": uuid7(NOW, 99)}, **changes}
    return {"Code": "ConditionalCheckFailed", "Item": earlier}


def _sort(
    *reasons: dict[str, Any], atomic: bool = False
) -> tuple[bool, list[list[Write]], Outcomes]:
    pending, outcomes = [[ONE, LABEL, TWO, THREE], OTHERS], Outcomes()
    crowded = sort(pending, list(reasons) or None, outcomes, atomic=atomic)
    assert pending.pop() is OTHERS
    return crowded, pending, outcomes


@pytest.mark.parametrize("atomic", [False, True])
def test_of_a_transaction_that_passed_everything_is_stored(atomic: bool) -> None:
    """And nothing is left to do."""
    crowded, pending, outcomes = _sort(atomic=atomic)

    assert outcomes == {one.id: Accepted(one.id) for one in (ONE, LABEL, TWO, THREE)}
    assert (crowded, pending) == (False, [])


def test_whose_key_was_taken_is_answered_by_whoever_took_it() -> None:
    """The first one's id, or a refusal; the others are tried again without them."""
    other = _taken(THREE, fingerprint={"S": "another"})

    crowded, pending, outcomes = _sort(*[NONE] * 4, _taken(TWO), NONE, other, NONE)

    assert outcomes[TWO.id] == Accepted(uuid7(NOW, 99), repeated=True)
    assert isinstance(outcomes[THREE.id], IdempotencyKeyReused)
    assert (crowded, pending) == (False, [[ONE, LABEL]])


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError"])
@pytest.mark.parametrize("place", [2, 3])
def test_what_is_in_conflict_no_longer_stands_in_the_way_of_the_rest(
    reason: str, place: int
) -> None:
    """Whichever of its items it was: both are put back, the rest first."""
    reasons = [NONE] * 8
    reasons[place] = {"Code": reason}

    assert _sort(*reasons) == (True, [[ONE, TWO, THREE], [LABEL]], {})


def test_what_is_taken_is_not_in_conflict() -> None:
    """It is answered, and not tried again."""
    crowded, pending, outcomes = _sort(
        _taken(ONE), CONFLICT, NONE, NONE, NONE, CONFLICT, NONE, NONE
    )

    assert (crowded, pending) == (True, [[LABEL, THREE], [TWO]])
    assert list(outcomes) == [ONE.id]


def test_an_atomic_batch_stays_together() -> None:
    """Whatever is in conflict; but for what is stored already."""
    crowded, pending, outcomes = _sort(
        _taken(ONE), NONE, NONE, NONE, NONE, CONFLICT, NONE, NONE, atomic=True
    )

    assert (crowded, pending) == (True, [[LABEL, TWO, THREE]])
    assert list(outcomes) == [ONE.id]


@pytest.mark.parametrize("atomic", [False, True])
def test_if_all_are_answered_nothing_is_left(atomic: bool) -> None:
    """No empty transaction."""
    taken = [reason for one in (ONE, TWO, THREE) for reason in (_taken(one), NONE)]
    pending, outcomes = [[ONE, TWO, THREE]], Outcomes()

    assert sort(pending, taken, outcomes, atomic=atomic) is False
    assert pending == []
    assert {*outcomes} == {ONE.id, TWO.id, THREE.id}
