"""Whatever trouble a batch meets on its way: what is told of each element is true."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch.writer import DynamoBatchWriter
from batch.writes import Write
from feedback.model import Accepted
from feedback.reservations import Reservation
from feedback.rows import Row
from shared.dynamodb import StorageUnavailable, connect
from shared.items import Item
from tests.adapter.loopback import RESET, Answer, Loopback, failure, running
from tests.support.environment import environment, towards
from tests.unit.fakes import ManualTime, uuid7

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_790_000_000
TABLES = {"boolean": "B", "evaluation_human_feedback": "E", "idempotency": "I"}
THROTTLED = failure("ThrottlingException")
UNDER_WAY = failure("TransactionInProgressException")

BEFORE: dict[str, Answer | str] = {"throttled": THROTTLED, "cut": RESET, "under way": UNDER_WAY}
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


@dataclass
class Database(Loopback):
    """As much of DynamoDB as a batch is written to, and the trouble that its calls meet in turn."""

    items: dict[str, Item] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    tokens: dict[str, Any] = field(default_factory=dict)

    def take(self, operation: str, parameters: dict[str, Any]) -> Answer | str:
        """Do it, unless there is trouble."""
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
        return Answer(body=json.dumps({"UnprocessedItems": left}))

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
            return failure("TransactionCanceledException", CancellationReasons=reasons)
        self.tokens[token] = puts
        for item in items:
            self._keep(item)
        return Answer()

    def _reason(self, item: Item) -> dict[str, Any]:
        """Claims are all that has a condition."""
        if "key" in item and (earlier := self.items.get(_key(item))):
            return {"Code": "ConditionalCheckFailed", "Item": earlier}
        return {"Code": "None"}

    def _keep(self, item: Item) -> None:
        assert self.items.setdefault(_key(item), item) == item


def _key(item: Item) -> str:
    """Tell items apart, of whatever table."""
    for name in ("key", "feedback_id", "id"):
        if name in item:
            return f"{name} {item[name]['S']}"
    raise AssertionError(item)


SORTS = ["row", "label", "keyed", "taken", "taken by another"]


def _writing(number: int, sort: str) -> Write:
    id_ = uuid7(NOW, number)
    rows = [Row("boolean", {"target_id": {"S": "t"}, "id": {"S": id_}})]
    if sort == "label":
        rows.append(Row("evaluation_human_feedback", {"feedback_id": {"S": id_}}))
    claims = [] if sort in {"row", "label"} else [Reservation(f"{number}", id_, "said", NOW + 60)]
    return Write(id_, rows, claims)


def _taken(number: int, sort: str) -> Item:
    """Give the item of whoever was faster."""
    said = "said" if sort == "taken" else "another"
    return Reservation(f"{number}", uuid7(NOW - 1, number), said, NOW + 60).to_item()


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """Run a server in DynamoDB's place."""
    with running(Database()) as loopback:
        yield loopback


@pytest.fixture(scope="module")
def client(database: Database) -> Iterator["DynamoDBClient"]:
    """Make a client that tries once: its own pauses would be real ones."""
    with environment(towards(database.endpoint)):
        made = connect(attempts=1)
    yield made
    made.close()


def _stored(database: Database, writing: Write) -> bool:
    """Tell whether a writing is stored: all of it or nothing."""
    items = [*(claim.to_item() for claim in writing.claims), *(row.item for row in writing.rows)]
    [stored] = {database.items.get(_key(item)) == item for item in items}
    return stored


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(SORTS), max_size=50),
    st.lists(st.sampled_from(TROUBLES), max_size=6),
    st.sampled_from([5, 12.1, 28]),
    st.booleans(),
)
def test_what_is_told_of_each_element_is_true(
    database: Database,
    client: "DynamoDBClient",
    sorts: list[str],
    troubles: list[str],
    left: float,
    atomic: bool,
) -> None:
    """A receipt's feedback is stored, once; what is refused is not, unless nobody can know."""
    writings = [_writing(number, sort) for number, sort in enumerate(sorts)]
    taken = [_taken(number, sort) for number, sort in enumerate(sorts) if "taken" in sort]
    database.items, database.tokens = {_key(item): item for item in taken}, {}
    database.troubles = [*troubles]
    time = ManualTime()
    end = time.now() + left
    writer = DynamoBatchWriter(client, TABLES, time.sleep)

    write = writer.write_atomically if atomic else writer.write
    outcomes = write(writings, NOW, lambda: end - time.now())

    assert outcomes.keys() == {writing.id for writing in writings}
    stored = {writing.id for writing in writings if _stored(database, writing)}
    for number, (writing, sort) in enumerate(zip(writings, sorts, strict=True)):
        match outcomes[writing.id]:
            case Accepted(feedback_id, repeated=False):
                assert feedback_id == writing.id in stored
            case Accepted(feedback_id, repeated=True):
                assert (sort, feedback_id) == ("taken", uuid7(NOW - 1, number))
            case StorageUnavailable() if AFTER.keys() & {*troubles}:
                pass
            case _:
                assert writing.id not in stored
    if atomic:
        fresh = {one.id for one, sort in zip(writings, sorts, strict=True) if "taken" not in sort}
        assert stored in (fresh, set())
