"""A batch answers each element as a single request would have been answered."""

from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.writer import BatchRefused
from batch.writes import Outcome
from feedback.model import Accepted
from shared.document import Json
from shared.refusal import Refusal
from tests.unit.batch.cases import ACCEPTED, REFUSED, REFUSED_AT_ONCE, REFUSED_LATER
from tests.unit.batch.stack import KEY, NOW, Stack
from tests.unit.fakes import catalog

Seen: TypeAlias = "int | tuple[int, str, str]"
"""What a caller sees of an outcome: which id it is, in the order of their coming, or a refusal."""


def _seen(outcomes: list[Outcome]) -> list[Seen]:
    ids: dict[str, int] = {}
    return [
        ids.setdefault(outcome.feedback_id, len(ids))
        if isinstance(outcome, Accepted)
        else (outcome.status, outcome.code, str(outcome))
        for outcome in outcomes
    ]


def _kept(stack: Stack) -> list[dict[str, Any]]:
    """Tell what is stored, but for ids and their times."""
    new = ("id", "feedback_id", "timestamp")
    return [
        {name: value for name, value in {"": row.table, **row.item}.items() if name not in new}
        for row in stack.store.rows
    ]


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("dryrun", [False, True])
def test_a_refusal_is_the_single_requests(document: Json, dryrun: bool) -> None:
    """To the letter; nothing is stored, and as little is waited for."""
    batch, single = Stack(), Stack()
    if dryrun and isinstance(document, dict):
        document = {**document, "dryrun": True}

    assert _seen(batch.submit(document)) == _seen([single.single(document)])
    assert not batch.store.rows
    assert batch.time.slept == single.time.slept


@pytest.mark.parametrize("document", ACCEPTED.values(), ids=ACCEPTED)
@pytest.mark.parametrize("key", [None, "k"])
def test_what_is_accepted_is_stored_as_of_a_single_request(
    document: dict[str, Json], key: str | None
) -> None:
    """Every row, and what its key is remembered by; a key may be null."""
    batch, single = Stack(), Stack()

    [receipt] = batch.submit({**document, KEY: key})
    single.single({**document, KEY: key})

    assert isinstance(receipt, Accepted)
    assert batch.stored == [receipt.feedback_id]
    assert _kept(batch) == _kept(single)
    assert batch.store.claimed.keys() == single.store.claimed.keys()
    for claimed, item in batch.store.claimed.items():
        id_ = {"feedback_id": {"S": receipt.feedback_id}}
        assert item == {**single.store.claimed[claimed], **id_}


@pytest.mark.parametrize("key", ["", "é", "k" * 256])
def test_a_key_that_cannot_be_one_is_refused_alike(key: str) -> None:
    """But named as what it is here: a field."""
    document = {**ACCEPTED["a boolean"], KEY: key}

    assert _seen(Stack().submit(document)) == _seen([Stack().single(document)])


KEYS = st.sampled_from([None, "a", "b"])
DRY = st.sampled_from([{}, {}, {"dryrun": False}, {"dryrun": True}])
DOCUMENTS = st.sampled_from([*ACCEPTED.values(), *REFUSED_LATER.values()])
ELEMENTS = st.sampled_from([*REFUSED_AT_ONCE.values()]) | st.builds(
    lambda document, key, dry: {**document, KEY: key, **dry}, DOCUMENTS, KEYS, DRY
)
BATCHES = st.lists(ELEMENTS, max_size=8)


@given(BATCHES, BATCHES, st.booleans())
def test_a_batch_is_answered_as_its_elements_one_after_the_other(
    earlier: list[Json], batch: list[Json], target_validation: bool
) -> None:
    """Whatever was sent before, and whatever is refused among them; and it stores the same."""
    known = catalog(target_validation=target_validation)
    together, alone = Stack(known), Stack(known)
    for document in earlier:
        together.single(document)
        alone.single(document)
    together.time.moment = alone.time.moment = NOW + 100

    assert _seen(together.submit(*batch)) == _seen([alone.single(document) for document in batch])
    assert _kept(together) == _kept(alone)
    assert together.store.claimed.keys() == alone.store.claimed.keys()


@given(BATCHES, BATCHES)
def test_an_atomic_batch_is_answered_alike_unless_something_is_refused(
    earlier: list[Json], batch: list[Json]
) -> None:
    """Then nothing is stored, and whatever would have been is told so."""
    atomic, plain = Stack(), Stack()
    for document in earlier:
        atomic.single(document)
        plain.single(document)
    kept, known = _kept(atomic), {*plain.stored}

    outcomes = atomic.submit(*batch, atomic=True)
    expected = plain.submit(*batch)

    if any(isinstance(outcome, Refusal) for outcome in expected):
        new = {*plain.stored} - known
        refused = BatchRefused("Not stored: another element was refused")
        expected = [
            refused if isinstance(one, Accepted) and one.feedback_id in new else one
            for one in expected
        ]
    else:
        kept = _kept(plain)
    assert _seen(outcomes) == _seen(expected)
    assert _kept(atomic) == kept
