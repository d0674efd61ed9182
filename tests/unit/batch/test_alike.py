"""A batch answers each element as a single request would be answered."""

import math
import re
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.writes import BatchRefused, Outcome
from feedback.model import Accepted
from shared.caller import ANYBODY, Caller
from shared.clock import DAY, Seconds
from shared.document import Json
from shared.refusal import Refusal
from tests.unit.batch.cases import ACCEPTED, REFUSED_AT_ONCE, REFUSED_LATER
from tests.unit.batch.stack import NOW, Stack, element
from tests.unit.fakes import catalog

Seen: TypeAlias = "int | tuple[int, str, str]"
"""What a caller sees of an outcome: which id it is, in the order of their coming, or a refusal."""

ADA = Caller(("api_key", "ada"), {"by": "ada"})
STORED_AS = re.compile(r"(?<=stored as )[-0-9a-f]{36}")
REFUSED: dict[str, Json] = {**REFUSED_AT_ONCE, **REFUSED_LATER}


def _seen(outcomes: list[Outcome]) -> list[Seen]:
    ids: dict[str, int] = {}

    def number(feedback_id: str) -> int:
        return ids.setdefault(feedback_id, len(ids))

    return [
        number(outcome.feedback_id)
        if isinstance(outcome, Accepted)
        else (
            outcome.status,
            outcome.code,
            STORED_AS.sub(lambda found: str(number(found[0])), str(outcome)),
        )
        for outcome in outcomes
    ]


def _stored(stack: Stack) -> list[dict[str, Any]]:
    """Return what is stored, but for ids and their times."""
    new = ("id", "feedback_id", "timestamp")
    return [
        {name: value for name, value in {"": row.table, **row.item}.items() if name not in new}
        for row in stack.store.rows
    ]


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("dryrun", [False, True])
def test_a_refusal_is_the_single_requests(case: str, dryrun: bool) -> None:
    """To the letter; nothing is stored, and nobody waits longer."""
    batch, single = (Stack(wait_limit=0.5) for _ in range(2))
    document = REFUSED[case]
    if dryrun and isinstance(document, dict):
        document = {**document, "dryrun": True}

    assert _seen(batch.submit(document)) == _seen([single.single(document)])
    assert not batch.store.rows
    assert batch.time.slept == single.time.slept


@pytest.mark.parametrize("case", ACCEPTED)
@pytest.mark.parametrize("key", [None, "k"])
def test_what_is_accepted_is_stored_as_of_a_single_request(case: str, key: str | None) -> None:
    """Every row, and what its key is remembered by; a key may be null."""
    batch, single = Stack(), Stack()
    document: Json = {**ACCEPTED[case], "idempotency_key": key}

    [accepted] = batch.submit(document, caller=ADA)
    single.single(document, ADA)

    assert isinstance(accepted, Accepted)
    assert batch.stored == [accepted.feedback_id]
    assert _stored(batch) == _stored(single)
    assert batch.store.reserved == {
        name: {**item, "feedback_id": {"S": accepted.feedback_id}}
        for name, item in single.store.reserved.items()
    }


KEYS = st.sampled_from([None, "a", "b"])
DRY = st.sampled_from([{}, {}, {"dryrun": False}, {"dryrun": True}])
DOCUMENTS = st.sampled_from([*ACCEPTED.values(), *REFUSED_LATER.values(), element(value=1)])
ELEMENTS = st.sampled_from([*REFUSED_AT_ONCE.values()]) | st.builds(
    lambda document, key, dry: {**document, "idempotency_key": key, **dry}, DOCUMENTS, KEYS, DRY
)
BATCHES = st.lists(ELEMENTS, max_size=8)


@given(
    BATCHES,
    BATCHES,
    st.booleans(),
    st.sampled_from([{}, {"observability": False}, {"target_validation": True}]),
    st.sampled_from([0, 0.5, math.inf]),
    st.sampled_from([ANYBODY, ADA]),
    st.sampled_from([0.1 * DAY, 8 * DAY]),
)
def test_a_batch_is_answered_as_its_elements_one_after_the_other(
    earlier: list[Json],
    batch: list[Json],
    target_validation: bool,
    changes: dict[str, Any],
    wait_limit: float,
    caller: Caller,
    later: Seconds,
) -> None:
    """Whatever was sent before, by whom, and under which configuration; and it stores the same."""
    known = catalog(target_validation=target_validation)
    together, alone = (Stack(known, wait_limit=wait_limit) for _ in range(2))
    for document in earlier:
        together.single(document)
        alone.single(document)
    together.time.moment = alone.time.moment = NOW + later
    together.catalog = alone.catalog = replace(known, **changes)

    answers = _seen(together.submit(*batch, caller=caller))
    assert answers == _seen([alone.single(document, caller) for document in batch])
    assert _stored(together) == _stored(alone)
    assert together.store.reserved.keys() == alone.store.reserved.keys()


@given(BATCHES, BATCHES)
def test_an_atomic_batch_is_answered_alike_unless_something_is_refused(
    earlier: list[Json], batch: list[Json]
) -> None:
    """Then nothing is stored, and whatever would have been is answered by BatchRefused."""
    atomic, plain = Stack(), Stack()
    for document in earlier:
        atomic.single(document)
        plain.single(document)
    stored, known = _stored(atomic), {*plain.stored}

    outcomes = atomic.submit(*batch, atomic=True)
    expected = plain.submit(*batch)

    if any(isinstance(outcome, Refusal) for outcome in expected):
        new = {*plain.stored} - known
        expected = [
            BatchRefused() if isinstance(one, Accepted) and one.feedback_id in new else one
            for one in expected
        ]
    else:
        stored = _stored(plain)
    assert _seen(outcomes) == _seen(expected)
    assert _stored(atomic) == stored
