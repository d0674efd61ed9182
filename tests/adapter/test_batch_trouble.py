"""Whatever trouble a batch meets on its way: what is answered of each element is true."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch.writer import DynamoBatchWriter
from batch.writes import BatchRefused, Write
from feedback.model import Accepted
from feedback.reservations import IdempotencyKeyReused
from shared.dynamodb import StorageUnavailable
from shared.items import Item
from tests.adapter.writes import FINGERPRINT, NOW, TABLES, held, write_of
from tests.support.clients import connected
from tests.support.loopback import RESET, Answer, Loopback, cancelled, failure, running
from tests.unit.fakes import ManualTime, uuid7

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

UNDER_WAY = failure("TransactionInProgressException")
BEFORE: dict[str, Answer | str] = {
    "throttled": failure("ThrottlingException"),
    "cut": RESET,
    "under way": UNDER_WAY,
}
"""What may happen in place of a call."""
AFTER: dict[str, Answer | str] = {
    "done, and cut": RESET,
    "done, and broken": failure("InternalServerError", 500),
    "done, and under way": UNDER_WAY,
}
"""What may be answered once it is done."""
CROWDED = "crowded"
"""Some of its items are in conflict, or left over."""
TROUBLES = [*BEFORE, *AFTER, CROWDED, CROWDED, "none"]
PASSING = {"throttled", "under way", "done, and under way", CROWDED, "none"}
"""What is over if the call is made again."""


@dataclass
class Database(Loopback):
    """As much of DynamoDB as a batch is written to, and the trouble that its calls meet in turn."""

    items: dict[str, Item] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    tokens: dict[str, Any] = field(default_factory=dict)

    def take(self, operation: str, parameters: dict[str, Any]) -> Answer | str:
        """Do it, unless there is trouble."""
        self.calls.append((operation, parameters))
        trouble = self.troubles.pop() if self.troubles else "none"
        if trouble in BEFORE:
            return BEFORE[trouble]
        transact = operation == "TransactWriteItems"
        do = self._transact if transact else self._put
        answer = do(parameters, crowded=trouble == CROWDED)
        return AFTER.get(trouble, answer)

    def _put(self, parameters: dict[str, Any], *, crowded: bool) -> Answer:
        puts = [(table, put) for table, some in parameters["RequestItems"].items() for put in some]
        left: dict[str, Any] = {}
        for number, (table, put) in enumerate(puts):
            if crowded and number % 2:
                left.setdefault(table, []).append(put)
            else:
                self._keep(put["PutRequest"]["Item"])
        return Answer.of(UnprocessedItems=left)

    def _transact(self, parameters: dict[str, Any], *, crowded: bool) -> Answer:
        token, puts = parameters["ClientRequestToken"], parameters["TransactItems"]
        if token in self.tokens:
            assert self.tokens[token] == puts
            return Answer()
        items = [one["Put"]["Item"] for one in puts]
        assert len({_key(item) for item in items}) == len(items)
        reasons = [self._reason(item) for item in items]
        if crowded:
            reasons[0] = {"Code": "TransactionConflict"}
        if any(reason["Code"] != "None" for reason in reasons):
            return cancelled(*reasons)
        self.tokens[token] = puts
        for item in items:
            self._keep(item)
        return Answer()

    def _reason(self, item: Item) -> dict[str, Any]:
        """Reservations are all that has a condition."""
        if "key" in item and (earlier := self.items.get(_key(item))):
            return {"Code": "ConditionalCheckFailed", "Item": earlier}
        return {"Code": "None"}

    def _keep(self, item: Item) -> None:
        assert self.items.setdefault(_key(item), item) == item


def _key(item: Item) -> str:
    """Return what identifies an item, of whatever table."""
    name = next(name for name in ("key", "feedback_id", "id") if name in item)
    return f"{name} {item[name]['S']}"


SORTS = ["row", "label", "keyed", "held", "held by another"]


def _write(number: int, sort: str) -> Write:
    return write_of(number, keyed=sort not in {"row", "label"}, label=sort == "label")


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Run a server in DynamoDB's place."""
    with running(Database()) as loopback:
        yield loopback


@pytest.fixture(scope="module")
def client(database: Database) -> Iterator["DynamoDBClient"]:
    """Make a client without pauses of its own, which would be real ones."""
    with connected(database.endpoint, attempts=1) as made:
        yield made


def _is_stored(database: Database, write: Write) -> bool:
    """Return whether a write is stored: all of it or nothing."""
    items = [*(one.to_item() for one in write.reservations), *(row.item for row in write.rows)]
    [stored] = {database.items.get(_key(item)) == item for item in items}
    return stored


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(SORTS), max_size=50),
    st.lists(st.sampled_from(TROUBLES), max_size=6),
    st.sampled_from([0.5, 1.1, 28]),
    st.booleans(),
)
def test_what_is_answered_of_each_element_is_true(
    database: Database,
    client: "DynamoDBClient",
    sorts: list[str],
    troubles: list[str],
    left: float,
    atomic: bool,
) -> None:
    """What is accepted is stored, once; what is refused is not, unless nobody can know.

    With time enough, whatever DynamoDB was too busy for is stored; without trouble, in few calls.
    """
    writes = [_write(number, sort) for number, sort in enumerate(sorts)]
    earlier = [
        held(write, by=number, fingerprint=FINGERPRINT if sort == "held" else "another")
        for number, (write, sort) in enumerate(zip(writes, sorts, strict=True))
        if "held" in sort
    ]
    database.items, database.tokens = {_key(item): item for item in earlier}, {}
    database.troubles, time = [*troubles], ManualTime()
    database.calls.clear()
    end = time.now() + left
    writer = DynamoBatchWriter(client, TABLES, time.sleep)

    write = writer.write_atomically if atomic else writer.write
    outcomes = write(writes, NOW, lambda: end - time.now())

    assert outcomes.keys() == {one.id for one in writes}
    stored = {one.id for one in writes if _is_stored(database, one)}
    refused = atomic and "held by another" in sorts
    for number, (one, sort) in enumerate(zip(writes, sorts, strict=True)):
        match outcomes[one.id]:
            case Accepted(feedback_id, replayed=False):
                assert feedback_id == one.id in stored
            case Accepted(feedback_id, replayed=True):
                assert (sort, feedback_id) == ("held", uuid7(NOW - 1, number))
            case StorageUnavailable():
                assert {*troubles} - PASSING or left < 28
                assert one.id not in stored or AFTER.keys() & {*troubles}
            case IdempotencyKeyReused():
                assert sort == "held by another"
                assert one.id not in stored
            case refusal:
                assert isinstance(refusal, BatchRefused)
                assert refused
                assert one.id not in stored
    if atomic:
        fresh = {one.id for one, sort in zip(writes, sorts, strict=True) if "held" not in sort}
        assert stored in (fresh, set())
    if left == 28 and not {*troubles} - {"none"}:
        assert len(database.calls) == _calls(sorts, atomic=atomic)


def _calls(sorts: list[str], *, atomic: bool) -> int:
    """Count the calls without trouble: what is held cancels a transaction, once."""
    rows = 0 if atomic else sorts.count("row")
    transacted, taken = len(sorts) - rows, sum("held" in sort for sort in sorts)
    goes_on = 0 < taken < transacted and not (atomic and "held by another" in sorts)
    return math.ceil(rows / 25) + bool(transacted) + goes_on
