"""How a batch is written, on the wire: few calls, none in vain, and an outcome for each element."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest

from batch.writer import DynamoBatchWriter
from batch.writes import Outcomes, Write
from feedback.model import Accepted
from shared.direct.failure import Failure
from shared.dynamodb import SHORTEST_CALL, StorageUnavailable
from shared.elements import BatchTooLarge
from shared.retry import FIRST_PAUSE
from shared.uuids import Uuid
from tests.adapter.conftest import Connect
from tests.adapter.writes import NOW, TABLES, held, keyed, labels, plain
from tests.support.loopback import RESET, Answer, Loopback, cancelled, failure, running, serve
from tests.unit.fakes import ManualTime, uuid7

Send: TypeAlias = Callable[..., Outcomes]

BATCH, TRANSACTION = "BatchWriteItem", "TransactWriteItems"
BROKEN, THROTTLED = failure("InternalServerError", 500), failure("ThrottlingException")
NONE, CONFLICT = {"Code": "None"}, {"Code": "TransactionConflict"}
EARLIER = uuid7(NOW - 1, 7)
MISTAKES = {
    "no permission": failure("AccessDeniedException"),
    "a token of something else": failure("IdempotentParameterMismatchException"),
    "cancelled, and in conflict": cancelled(
        CONFLICT, NONE, "ItemCollectionSizeLimitExceeded", NONE
    ),
    "cancelled for a new reason": cancelled(NONE, NONE, "SomethingNew", NONE),
}
"""What no retry would help against."""


@pytest.fixture
def write(connect_to: Connect) -> Send:
    """Write with Lambda's own client, whose calls go to a loopback; pauses take no time."""

    def send(
        loopback: Loopback,
        writes: Sequence[Write],
        *,
        atomic: bool = False,
        left: float = 28,
        time: ManualTime | None = None,
    ) -> Outcomes:
        passing = time or ManualTime()
        end = passing.now() + left
        writer = DynamoBatchWriter(connect_to(loopback.endpoint), TABLES, passing.sleep)
        how = writer.write_atomically if atomic else writer.write
        outcomes = how(writes, NOW, lambda: end - passing.now())
        _require_honest_tokens(loopback)
        return outcomes

    return send


def _require_honest_tokens(loopback: Loopback) -> None:
    """Fail if a token stands for two contents: DynamoDB would take the second for done already."""
    contents: dict[str, Any] = {}
    for operation, parameters in loopback.calls:
        if operation == TRANSACTION:
            token, puts = parameters["ClientRequestToken"], parameters["TransactItems"]
            assert 1 <= len(token) <= 36
            assert contents.setdefault(token, puts) == puts


def _puts(parameters: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the items that a call puts, and into which table."""
    if "TransactItems" in parameters:
        puts = [one["Put"] for one in parameters["TransactItems"]]
        return [(put["TableName"], put["Item"]) for put in puts]
    tables = parameters["RequestItems"].items()
    return [(table, put["PutRequest"]["Item"]) for table, puts in tables for put in puts]


def _sizes(loopback: Loopback) -> list[tuple[str, int]]:
    return [(operation, len(_puts(parameters))) for operation, parameters in loopback.calls]


def _ids(loopback: Loopback) -> list[list[str]]:
    """Return whose rows each call puts, and require each in its table."""
    ids = []
    for _, parameters in loopback.calls:
        puts = [(table, item["id"]["S"]) for table, item in _puts(parameters) if "id" in item]
        assert all(table == "BC"[int(id_[-12:], 16) % 2] for table, id_ in puts)
        ids.append([id_ for _, id_ in puts])
    return ids


def _accepted(writes: Sequence[Write]) -> Outcomes:
    return {write.id: Accepted(write.id) for write in writes}


def _left(*writes: Write) -> Answer:
    left: dict[str, Any] = {}
    for one in writes:
        [row] = one.rows
        left.setdefault(TABLES[row.table], []).append({"PutRequest": {"Item": row.item}})
    return Answer.of(UnprocessedItems=left)


def _reasons(group: Sequence[Write], by_id: Mapping[Uuid, dict[str, Any]]) -> Answer:
    """Cancel a group's transaction for the first item of some of them."""
    reasons = []
    for one in group:
        reasons += [by_id.get(one.id, NONE), *[NONE] * (one.puts - 1)]
    return cancelled(*reasons)


def _held(one: Write, fingerprint: str = "fingerprint") -> dict[str, Any]:
    return {"Code": "ConditionalCheckFailed", "Item": held(one, 7, fingerprint)}


@pytest.mark.parametrize(
    ("writes", "calls", "atomic"),
    [
        (plain(26), [(BATCH, 25), (BATCH, 1)], False),
        (plain(100), [(BATCH, 25)] * 4, False),
        (keyed(51), [(TRANSACTION, 100), (TRANSACTION, 2)], False),
        (keyed(25) + plain(26) + labels(25), [(BATCH, 25), (BATCH, 1), (TRANSACTION, 100)], False),
        (plain(100), [(TRANSACTION, 100)], True),
        (keyed(20) + labels(30), [(TRANSACTION, 100)], True),
    ],
    ids=["26 rows", "100 rows", "51 keys", "all sorts", "atomic rows", "atomic keys and labels"],
)
def test_a_batch_is_written_in_as_few_calls_as_can_be(
    write: Send, writes: list[Write], calls: list[tuple[str, int]], atomic: bool
) -> None:
    """25 rows a call, or 100 items a transaction; all of an atomic batch in one."""
    with serve() as loopback:
        outcomes = write(loopback, writes, atomic=atomic)

    assert outcomes == _accepted(writes)
    assert _sizes(loopback) == calls
    assert {id_ for ids in _ids(loopback) for id_ in ids} == {*outcomes}


def test_an_atomic_batch_beyond_a_transaction_is_refused_before_any_call(write: Send) -> None:
    """Nothing of it is stored."""
    with serve() as loopback, pytest.raises(BatchTooLarge):
        write(loopback, keyed(50) + plain(1), atomic=True)

    assert loopback.calls == []


def test_a_key_is_reserved_with_its_row_if_it_is_free(write: Send) -> None:
    """The key before the row; the item that is there already is returned."""
    [one] = keyed(1)

    with serve() as loopback:
        write(loopback, [one])

    key, row = (put["Put"] for put in loopback.calls[0][1]["TransactItems"])
    assert key == {
        "TableName": "I",
        "Item": one.reservations[0].to_item(),
        "ConditionExpression": "attribute_not_exists(#key) OR #expires_at <= :now",
        "ExpressionAttributeNames": {"#key": "key", "#expires_at": "expires_at"},
        "ExpressionAttributeValues": {":now": {"N": str(NOW)}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    assert row == {"TableName": "B", "Item": one.rows[0].item}


def test_what_dynamodb_leaves_over_is_put_again_and_nothing_else(write: Send) -> None:
    """After a pause, until all is stored, or time is up: then just that is unavailable."""
    writes, time = plain(50), ManualTime()
    ids = [one.id for one in writes]
    answers = [_left(*writes[1:4]), _left(writes[2])]

    with serve(*answers, Answer()) as loopback:
        assert write(loopback, writes, time=time) == _accepted(writes)
    assert [{*some} for some in _ids(loopback)] == [{*ids[:25]}, {*ids[1:4]}, {ids[2]}, {*ids[25:]}]
    assert len(time.slept) == 2

    with serve(*answers, Answer()) as loopback:
        outcomes = write(loopback, writes, left=SHORTEST_CALL + 1.5 * FIRST_PAUSE)
    assert isinstance(outcomes.pop(ids[2]), StorageUnavailable)
    assert outcomes == _accepted(writes[:2] + writes[3:])
    assert [len(some) for some in _ids(loopback)] == [25, 3, 25]


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("answer", [BROKEN, RESET, THROTTLED], ids=["broken", "cut", "throttled"])
@pytest.mark.parametrize(
    ("writes", "first"), [(plain(26), 25), (keyed(51), 50)], ids=["rows", "keys"]
)
def test_a_call_that_fails_touches_no_other(
    write: Send, writes: list[Write], first: int, answer: Answer | str
) -> None:
    """The SDK has tried it three times; the next one is made all the same."""
    with serve(*[answer] * 3, Answer()) as loopback:
        outcomes = write(loopback, writes, left=SHORTEST_CALL)

    assert all(isinstance(outcomes.pop(one.id), StorageUnavailable) for one in writes[:first])
    assert outcomes == _accepted(writes[first:])
    assert [len(ids) for ids in _ids(loopback)] == [first] * 3 + [1]


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("writes", [plain(2), keyed(2)], ids=["rows", "a transaction"])
@pytest.mark.parametrize("code", ["ThrottlingException", "TransactionInProgressException"])
def test_what_dynamodb_is_too_busy_for_is_sent_again_as_it_was(
    write: Send, writes: list[Write], code: str
) -> None:
    """By the SDK three times, and then by us: the same content under the same token."""
    with serve(*[failure(code)] * 4, Answer()) as loopback:
        outcomes = write(loopback, writes)

    assert outcomes == _accepted(writes)
    assert loopback.calls == loopback.calls[:1] * 5


@pytest.mark.parametrize(
    "code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
)
def test_what_is_in_conflict_holds_nobody_up(write: Send, code: str) -> None:
    """The others are stored first, without it; then it is tried again, until it passes."""
    writes, time, busy = keyed(4), ManualTime(), {"Code": code}
    one, two, three, four = writes
    answers = [
        _reasons(writes, {two.id: busy, three.id: busy}),
        Answer(),
        _reasons([two, three], {three.id: busy}),
    ]

    with serve(*answers, Answer()) as loopback:
        outcomes = write(loopback, writes, time=time)

    assert outcomes == _accepted(writes)
    tried = [writes, [one, four], [two, three], [two], [three]]
    assert _ids(loopback) == [[write.id for write in group] for group in tried]
    assert len(time.slept) == 2


def test_an_atomic_batch_in_conflict_is_tried_again_as_it_was(write: Send) -> None:
    """Without what the same request has stored already."""
    writes = keyed(2) + plain(1)
    one, two, three = writes
    conflict = _reasons([two, three], {two.id: CONFLICT})

    with serve(_reasons(writes, {one.id: _held(one)}), conflict, Answer()) as loopback:
        outcomes = write(loopback, writes, atomic=True)

    assert outcomes.pop(one.id) == Accepted(EARLIER, replayed=True)
    assert outcomes == _accepted([two, three])
    assert _ids(loopback)[1:] == [[two.id, three.id]] * 2
    assert loopback.calls[1] == loopback.calls[2]


@pytest.mark.parametrize(
    ("writes", "atomic"),
    [(keyed(2), False), (keyed(2), True), (plain(26), False)],
    ids=["a transaction", "atomic", "rows"],
)
@pytest.mark.parametrize("answer", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_of_ours_escapes_without_retries(
    write: Send, way: str, answer: Answer, writes: list[Write], atomic: bool
) -> None:
    """It is no outage, and no element's fault; what was not plain, the SDK is asked for once."""
    with serve(answer) as loopback, pytest.raises(Failure):
        write(loopback, writes, atomic=atomic)

    plain = way == "sdk" or "Reasons" in answer.body
    assert loopback.calls == loopback.calls[:1] * (1 if plain else 2)


@dataclass
class Slow(Loopback):
    """Answers, but each time later than anybody would wait for again."""

    time: ManualTime = field(default_factory=ManualTime)

    def take(self, operation: str, parameters: dict[str, Any]) -> Answer | str:
        """Let time pass."""
        self.time.moment += 10
        return super().take(operation, parameters)


@pytest.mark.parametrize(
    ("writes", "answers", "left", "calls"),
    [
        (plain(75) + keyed(1), [], 20 + SHORTEST_CALL / 2, [(BATCH, 25)] * 2),
        (
            keyed(2),
            [_reasons(keyed(2), {keyed(1)[0].id: _held(keyed(1)[0])})],
            10 + SHORTEST_CALL / 2,
            [(TRANSACTION, 4)],
        ),
    ],
    ids=["rows and a transaction", "what is left of a transaction"],
)
def test_what_there_is_no_time_for_is_not_begun(
    write: Send,
    writes: list[Write],
    answers: list[Answer | str],
    left: float,
    calls: list[tuple[str, int]],
) -> None:
    """Lambda would end it, and the answer about what is stored already would be lost."""
    with running(Slow(answers=[*answers, Answer()])) as loopback:
        outcomes = write(loopback, writes, time=loopback.time, left=left)

    assert _sizes(loopback) == calls
    begun = {id_ for ids in _ids(loopback) for id_ in ids} if not answers else {writes[0].id}
    assert {id_ for id_, one in outcomes.items() if isinstance(one, Accepted)} == begun
    rest = [one for id_, one in outcomes.items() if id_ not in begun]
    assert all(isinstance(one, StorageUnavailable) for one in rest)
