"""Writing a batch: whatever DynamoDB refuses, only its own element suffers."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.grouping import MAX_PLAIN, MAX_REQUEST, plain_chunks
from batch.writer import DynamoBatchWriter
from batch.writes import NotStorable, Write
from feedback.model import Accepted
from feedback.reservations import Reservation
from feedback.rows import Row
from shared.direct.failure import Exceptions, Failure, failure
from tests.unit.fakes import uuid7

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLES = {"boolean": "feedback-table", "idempotency": "keys-table"}
BAD = {"S": "DynamoDB refuses this"}


def _answer(code: str, **more: Any) -> Failure:
    response = {"Error": {"Code": code, "Message": ""}, **more}
    return failure({**response, "ResponseMetadata": {"HTTPStatusCode": 400}})


@dataclass
class Picky:
    """A client that refuses some items, as DynamoDB does: with all that are in the same call."""

    stored: list[str] = field(default_factory=list)
    exceptions = Exceptions

    def batch_write_item(self, **call: Any) -> dict[str, Any]:
        """Write all, or refuse all."""
        [puts] = call["RequestItems"].values()
        items = [put["PutRequest"]["Item"] for put in puts]
        if any(item["value"] == BAD for item in items):
            raise _answer("ValidationException")
        self.stored += [item["id"]["S"] for item in items]
        return {}

    def transact_write_items(self, **call: Any) -> dict[str, Any]:
        """Write all, or cancel with a reason for each."""
        items = [put["Put"]["Item"] for put in call["TransactItems"]]
        codes = ["ValidationError" if item.get("value") == BAD else "None" for item in items]
        if "ValidationError" in codes:
            reasons = [{"Code": code} for code in codes]
            raise _answer("TransactionCanceledException", CancellationReasons=reasons)
        self.stored += [item["id"]["S"] for item in items if "id" in item]
        return {}


def _write(number: int, *, good: bool, keyed: bool) -> Write:
    feedback = uuid7(1, number)
    row = Row("boolean", {"id": {"S": feedback}, "value": {"BOOL": True} if good else BAD})
    return Write(feedback, [row], [Reservation(feedback, feedback, "f", 9)] if keyed else [])


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_an_element_that_is_refused_takes_no_other_with_it(kinds: list[tuple[bool, bool]]) -> None:
    """Be they rows alone or in transactions; each good one is stored, and once."""
    client = Picky()
    writes = [_write(place, good=good, keyed=key) for place, (good, key) in enumerate(kinds)]
    writer = DynamoBatchWriter(cast("DynamoDBClient", client), TABLES, lambda _: None)

    outcomes = writer.write(writes, 0, lambda: 28)

    good = [one.id for one, (good, _) in zip(writes, kinds, strict=True) if good]
    assert sorted(client.stored) == good
    assert {one for one in outcomes if isinstance(outcomes[one], Accepted)} == {*good}
    refused = outcomes.keys() - {*good}
    assert all(isinstance(outcomes[one], NotStorable) for one in refused)
    assert outcomes.keys() == {one.id for one in writes}


def test_of_an_atomic_batch_nothing_is_stored() -> None:
    """It is one transaction."""
    client = Picky()
    writes = [_write(place, good=place != 1, keyed=False) for place in range(3)]
    writer = DynamoBatchWriter(cast("DynamoDBClient", client), TABLES, lambda _: None)

    outcomes = writer.write_atomically(writes, 0, lambda: 28)

    assert client.stored == []
    assert all(isinstance(outcome, NotStorable) for outcome in outcomes.values())


@pytest.mark.parametrize("keyed", [False, True])
def test_another_mistake_of_ours_escapes(keyed: bool) -> None:
    """To Lambda, which counts it."""

    class Forbidden(Picky):
        def batch_write_item(self, **_: Any) -> dict[str, Any]:
            raise _answer("AccessDeniedException")

        transact_write_items = batch_write_item

    writer = DynamoBatchWriter(cast("DynamoDBClient", Forbidden()), TABLES, lambda _: None)

    with pytest.raises(Failure, match="AccessDeniedException"):
        writer.write([_write(0, good=True, keyed=keyed)], 0, lambda: 28)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "\x01", "é", "😀"]), st.integers(1, 100_000)),
        min_size=1,
        max_size=40,
    )
)
def test_a_call_is_no_larger_than_dynamodb_takes(texts: list[tuple[str, int]]) -> None:
    """As JSON, in which a character may take six bytes, and one outside the first plane twelve."""
    writes = [
        Write(
            uuid7(1, number),
            [Row("comment", {"id": {"S": str(number)}, "value": {"S": text * times}})],
            [],
        )
        for number, (text, times) in enumerate(texts)
    ]

    chunks = list(plain_chunks(writes))

    assert [one for chunk in chunks for one in chunk] == writes
    for chunk in chunks:
        assert 0 < len(chunk) <= MAX_PLAIN
        sent = sum(len(json.dumps(row.item)) for one in chunk for row in one.rows)
        assert sent <= MAX_REQUEST
