"""How a batch is written, on the wire: few calls, none in vain, and each element's fate is told."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pytest
from botocore.exceptions import ClientError

from batch.request import BatchTooLarge
from batch.writer import BatchRefused, DynamoBatchWriter
from batch.writes import Outcomes, Write
from feedback.model import Accepted
from feedback.reservations import IdempotencyKeyReused, Reservation
from feedback.rows import Row
from shared.dynamodb import StorageUnavailable
from shared.retry import FIRST_PAUSE
from tests.adapter.conftest import Connect
from tests.adapter.loopback import RESET, Answer, Loopback, failure, running, serve
from tests.unit.fakes import ManualTime, uuid7

NOW = 1_790_000_000
TABLES = {"boolean": "B", "comment": "C", "evaluation_human_feedback": "E", "idempotency": "I"}
EARLIER = uuid7(NOW - 1)


def _writing(number: int, *, keyed: bool = False, label: bool = False) -> Write:
    id_ = uuid7(NOW, number)
    row = Row("comment" if number % 2 else "boolean", {"target_id": {"S": "t"}, "id": {"S": id_}})
    verdict = Row("evaluation_human_feedback", {"feedback_id": {"S": id_}})
    claims = [Reservation(f"key {number}", id_, "fingerprint", NOW + 60)] if keyed else []
    return Write(id_, [row, verdict] if label else [row], claims)


def _plain(count: int) -> list[Write]:
    return [_writing(number) for number in range(count)]


def _keyed(count: int) -> list[Write]:
    return [_writing(number, keyed=True) for number in range(1_000, 1_000 + count)]


def _labels(count: int) -> list[Write]:
    return [_writing(number, label=True) for number in range(2_000, 2_000 + count)]


Write: TypeAlias = Callable[..., Outcomes]


@pytest.fixture
def write(connect_to: Connect) -> Write:
    """Write with Lambda's own client, whose calls go to a loopback; pauses take no time."""

    def send(
        loopback: Loopback,
        writings: Sequence[Write],
        *,
        atomic: bool = False,
        left: float = 28,
        time: ManualTime | None = None,
    ) -> Outcomes:
        passing = time or ManualTime()
        end = passing.now() + left
        writer = DynamoBatchWriter(connect_to(loopback.endpoint), TABLES, passing.sleep)
        how = writer.write_atomically if atomic else writer.write
        outcomes = how(writings, NOW, lambda: end - passing.now())
        _require_honest_tokens(loopback)
        return outcomes

    return send


def _puts(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the items that a call puts."""
    if "TransactItems" in parameters:
        return [one["Put"]["Item"] for one in parameters["TransactItems"]]
    return [
        put["PutRequest"]["Item"] for puts in parameters["RequestItems"].values() for put in puts
    ]


def _sizes(loopback: Loopback) -> list[tuple[str, int]]:
    return [(operation, len(_puts(parameters))) for operation, parameters in loopback.calls]


def _ids(loopback: Loopback) -> list[list[str]]:
    """Tell whose rows each call puts."""
    return [
        [item["id"]["S"] for item in _puts(parameters) if "id" in item]
        for _, parameters in loopback.calls
    ]


def _receipts(writings: Sequence[Write]) -> dict[str, Accepted]:
    return {writing.id: Accepted(writing.id) for writing in writings}


def _require_honest_tokens(loopback: Loopback) -> None:
    """Fail if a token stands for two contents: DynamoDB would hold the second for done already."""
    said: dict[str, Any] = {}
    for operation, parameters in loopback.calls:
        if operation == "TransactWriteItems":
            token, puts = parameters["ClientRequestToken"], parameters["TransactItems"]
            assert 1 <= len(token) <= 36
            assert said.setdefault(token, puts) == puts


BATCH, TRANSACTION = "BatchWriteItem", "TransactWriteItems"


@pytest.mark.parametrize(
    ("writings", "calls"),
    [
        ([], []),
        (_plain(1), [(BATCH, 1)]),
        (_plain(25), [(BATCH, 25)]),
        (_plain(26), [(BATCH, 25), (BATCH, 1)]),
        (_plain(100), [(BATCH, 25)] * 4),
        (_keyed(1), [(TRANSACTION, 2)]),
        (_keyed(50), [(TRANSACTION, 100)]),
        (_keyed(100), [(TRANSACTION, 100)] * 2),
        (_labels(1), [(TRANSACTION, 2)]),
        (_keyed(25) + _plain(50) + _labels(25), [(BATCH, 25), (BATCH, 25), (TRANSACTION, 100)]),
    ],
)
def test_a_batch_is_written_in_as_few_calls_as_can_be(
    write: Write, writings: list[Write], calls: list[tuple[str, int]]
) -> None:
    """25 rows a call, or 100 items a transaction of what has a key or a label."""
    with serve() as loopback:
        outcomes = write(loopback, writings)

    assert outcomes == _receipts(writings)
    assert _sizes(loopback) == calls
    assert {id_ for ids in _ids(loopback) for id_ in ids} == set(outcomes)


@pytest.mark.parametrize(
    ("writings", "puts"),
    [(_plain(1), 1), (_plain(100), 100), (_keyed(50), 100), (_keyed(20) + _labels(30), 100)],
)
def test_an_atomic_batch_is_one_transaction(write: Write, writings: list[Write], puts: int) -> None:
    """Of all its items."""
    with serve() as loopback:
        outcomes = write(loopback, writings, atomic=True)

    assert outcomes == _receipts(writings)
    assert _sizes(loopback) == [(TRANSACTION, puts)]


def test_an_empty_atomic_batch_calls_nobody(write: Write) -> None:
    """There is no empty transaction."""
    with serve() as loopback:
        assert write(loopback, [], atomic=True) == {}

    assert loopback.calls == []


def test_an_atomic_batch_beyond_a_transaction_is_refused_before_any_call(write: Write) -> None:
    """Nothing of it is stored."""
    with serve() as loopback, pytest.raises(BatchTooLarge):
        write(loopback, _keyed(51), atomic=True)

    assert loopback.calls == []


def test_a_key_is_taken_if_it_is_free_and_with_its_row(write: Write) -> None:
    """The key before the row; who has taken it is given back."""
    [writing] = _keyed(1)

    with serve() as loopback:
        write(loopback, [writing])

    key, row = (one["Put"] for one in loopback.calls[0][1]["TransactItems"])
    assert key == {
        "TableName": "I",
        "Item": writing.claims[0].to_item(),
        "ConditionExpression": "attribute_not_exists(#key) OR #expires_at <= :now",
        "ExpressionAttributeNames": {"#key": "key", "#expires_at": "expires_at"},
        "ExpressionAttributeValues": {":now": {"N": str(NOW)}},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    assert row == {"TableName": "B", "Item": writing.rows[0].item}


def _unprocessed(*writings: Write) -> Answer:
    left: dict[str, Any] = {}
    for writing in writings:
        [row] = writing.rows
        left.setdefault(TABLES[row.table], []).append({"PutRequest": {"Item": row.item}})
    return Answer(body=json.dumps({"UnprocessedItems": left}))


def test_what_dynamodb_leaves_over_is_put_again_and_nothing_else(write: Write) -> None:
    """After a pause, until all is stored."""
    writings, time = _plain(5), ManualTime()

    with serve(_unprocessed(*writings[1:4]), _unprocessed(writings[2]), Answer()) as loopback:
        outcomes = write(loopback, writings, time=time)

    assert outcomes == _receipts(writings)
    ids = [writing.id for writing in writings]
    assert [{*some} for some in _ids(loopback)] == [{*ids}, {*ids[1:4]}, {ids[2]}]
    assert len(time.slept) == 2


def test_what_is_still_left_over_when_time_is_up_is_unavailable(write: Write) -> None:
    """Just that: the rest of its call is stored, and so is what other calls put."""
    writings = _plain(50)

    with serve(
        _unprocessed(writings[3], writings[4]), _unprocessed(writings[4]), Answer()
    ) as loopback:
        outcomes = write(loopback, writings, left=12 + 1.5 * FIRST_PAUSE)

    assert isinstance(outcomes[writings[4].id], StorageUnavailable)
    assert outcomes == _receipts(writings) | {writings[4].id: outcomes[writings[4].id]}
    assert [len(ids) for ids in _ids(loopback)] == [25, 2, 25]


BROKEN = failure("InternalServerError", 500)
NONE = {"Code": "None"}


def _cancelled(*reasons: dict[str, Any]) -> Answer:
    return failure("TransactionCanceledException", CancellationReasons=list(reasons))


def _reasons(group: Sequence[Write], **by_id: dict[str, Any]) -> Answer:
    """Cancel a group's transaction for the first item of some of them."""
    reasons = []
    for writing in group:
        reasons += [by_id.get(writing.id, NONE), *[NONE] * (writing.puts - 1)]
    return _cancelled(*reasons)


def _taken(writing: Write, fingerprint: str = "fingerprint") -> dict[str, Any]:
    item = writing.claims[0].to_item()
    earlier = {**item, "feedback_id": {"S": EARLIER}, "fingerprint": {"S": fingerprint}}
    return {"Code": "ConditionalCheckFailed", "Item": earlier}


CONFLICT = {"Code": "TransactionConflict"}


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("answer", [BROKEN, RESET, failure("ThrottlingException")])
def test_a_call_that_fails_touches_no_other(write: Write, answer: Answer | str) -> None:
    """The SDK has tried it three times; the next one is made all the same."""
    writings, keyed = _plain(26), _keyed(1)

    with serve(*[answer] * 3, Answer()) as loopback:
        outcomes = write(loopback, writings + keyed, left=12)

    assert all(isinstance(outcomes[one.id], StorageUnavailable) for one in writings[:25])
    assert outcomes.items() >= _receipts([writings[25], *keyed]).items()
    assert [len(ids) for ids in _ids(loopback)] == [25, 25, 25, 1, 1]


@pytest.mark.usefixtures("short_pauses")
def test_a_transaction_that_fails_touches_no_other(write: Write) -> None:
    """Nobody knows whether it is stored, and none of it is told to be."""
    writings = _keyed(51)

    with serve(BROKEN, BROKEN, BROKEN, Answer()) as loopback:
        outcomes = write(loopback, writings)

    assert all(isinstance(outcomes[one.id], StorageUnavailable) for one in writings[:50])
    assert outcomes[writings[50].id] == Accepted(writings[50].id)


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("writings", [_plain(2), _keyed(2)], ids=["rows", "a transaction"])
@pytest.mark.parametrize("code", ["ThrottlingException", "TransactionInProgressException"])
def test_what_dynamodb_is_too_busy_for_is_sent_again_as_it_was(
    write: Write, writings: list[Write], code: str
) -> None:
    """By the SDK three times, and then by us: the same content under the same token."""
    with serve(*[failure(code)] * 4, Answer()) as loopback:
        outcomes = write(loopback, writings)

    assert outcomes == _receipts(writings)
    assert loopback.calls == loopback.calls[:1] * 5


def test_what_is_in_conflict_holds_nobody_up(write: Write) -> None:
    """The others are stored first, without it; then it is tried again, until it passes."""
    writings, time = _keyed(4), ManualTime()
    one, two, three, four = writings
    answers = [
        _reasons(writings, **{two.id: CONFLICT, three.id: CONFLICT}),
        Answer(),
        _reasons([two, three], **{three.id: CONFLICT}),
        Answer(),
        Answer(),
    ]

    with serve(*answers) as loopback:
        outcomes = write(loopback, writings, time=time)

    assert outcomes == _receipts(writings)
    tried = [writings, [one, four], [two, three], [two], [three]]
    assert _ids(loopback) == [[writing.id for writing in group] for group in tried]
    assert len(time.slept) == 2


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError"])
def test_what_is_in_conflict_until_time_is_up_is_unavailable(write: Write, code: str) -> None:
    """It is not stored; the others are."""
    writings = _keyed(3)
    one, two, three = writings
    answers = [
        _reasons(writings, **{two.id: {"Code": code}}),
        Answer(),
        _cancelled({"Code": code}, NONE),
    ]

    with serve(*answers) as loopback:
        outcomes = write(loopback, writings)

    assert isinstance(outcomes.pop(two.id), StorageUnavailable)
    assert outcomes == _receipts([one, three])


def test_all_that_can_stand_in_the_way_may_come_at_once(write: Write) -> None:
    """Each element is told, or tried again, by its own reasons."""
    writings = _keyed(5)
    codes = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
    busy = {one.id: {"Code": code} for one, code in zip(writings[1:4], codes, strict=True)}
    reasons = {writings[0].id: _taken(writings[0]), **busy}

    with serve(_reasons(writings, **reasons), Answer()) as loopback:
        outcomes = write(loopback, writings)

    assert outcomes.pop(writings[0].id) == Accepted(EARLIER, repeated=True)
    assert outcomes == _receipts(writings[1:])
    assert [len(ids) for ids in _ids(loopback)] == [5, 1, 3]


def test_a_key_that_was_taken_meanwhile_is_answered_by_whoever_took_it(write: Write) -> None:
    """Its id, or a refusal; the others are stored at once, in a transaction of their own."""
    writings, time = _keyed(4), ManualTime()
    one, two, three, four = writings
    taken = {two.id: _taken(two), three.id: _taken(three, "another")}

    with serve(_reasons(writings, **taken), Answer()) as loopback:
        outcomes = write(loopback, writings, time=time)

    assert outcomes.pop(two.id) == Accepted(EARLIER, repeated=True)
    assert isinstance(outcomes.pop(three.id), IdempotencyKeyReused)
    assert outcomes == _receipts([one, four])
    assert _ids(loopback)[1:] == [[one.id, four.id]]
    assert time.slept == []


def test_an_atomic_batch_goes_on_without_what_the_same_request_has_stored(write: Write) -> None:
    """All of it is stored then."""
    writings = _keyed(2) + _plain(1)
    one, two, three = writings

    with serve(_reasons(writings, **{one.id: _taken(one)}), Answer()) as loopback:
        outcomes = write(loopback, writings, atomic=True)

    assert outcomes.pop(one.id) == Accepted(EARLIER, repeated=True)
    assert outcomes == _receipts([two, three])
    assert _ids(loopback)[1:] == [[two.id, three.id]]


def test_an_atomic_batch_ends_with_what_another_request_has_stored(write: Write) -> None:
    """Nothing of it is: that one is refused, and the others for its sake."""
    writings = _keyed(3)
    one, two, three = writings
    reasons = {one.id: _taken(one), two.id: _taken(two, "another"), three.id: CONFLICT}

    with serve(_reasons(writings, **reasons)) as loopback:
        outcomes = write(loopback, writings, atomic=True)

    assert outcomes[one.id] == Accepted(EARLIER, repeated=True)
    assert isinstance(outcomes[two.id], IdempotencyKeyReused)
    assert isinstance(outcomes[three.id], BatchRefused)
    assert str(outcomes[three.id]) == "Not stored: another element was refused"
    assert len(loopback.calls) == 1


def test_an_atomic_batch_in_conflict_is_tried_again_as_a_whole(write: Write) -> None:
    """With the same token: it is the same transaction."""
    writings = _keyed(2)
    [_, two] = writings

    with serve(_reasons(writings, **{two.id: CONFLICT}), Answer()) as loopback:
        outcomes = write(loopback, writings, atomic=True)

    assert outcomes == _receipts(writings)
    first, second = loopback.calls
    assert first == second


def test_an_atomic_batch_in_conflict_until_time_is_up_is_unavailable(write: Write) -> None:
    """All of it, but for what is stored already."""
    writings = _keyed(3)
    one, two, three = writings
    answers = [
        _reasons(writings, **{one.id: _taken(one), two.id: CONFLICT}),
        _reasons([two, three], **{two.id: CONFLICT}),
    ]

    with serve(*answers) as loopback:
        outcomes = write(loopback, writings, atomic=True)

    assert outcomes.pop(one.id) == Accepted(EARLIER, repeated=True)
    assert {*outcomes} == {two.id, three.id}
    assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes.values())


@pytest.mark.parametrize("atomic", [False, True])
@pytest.mark.parametrize(
    "answer",
    [
        failure("ValidationException"),
        failure("AccessDeniedException"),
        failure("IdempotentParameterMismatchException"),
        _cancelled({"Code": "ValidationError"}, NONE, NONE, NONE),
        _cancelled(CONFLICT, NONE, {"Code": "ItemCollectionSizeLimitExceeded"}, NONE),
        _cancelled(NONE, NONE, {"Code": "SomethingNew"}, NONE),
    ],
)
def test_a_mistake_of_ours_escapes_at_once(write: Write, answer: Answer, atomic: bool) -> None:
    """It is no outage, and no element's fault."""
    with serve(answer) as loopback, pytest.raises(ClientError):
        write(loopback, _keyed(2), atomic=atomic)

    assert len(loopback.calls) == 1


def test_a_mistake_of_ours_in_a_row_escapes_at_once(write: Write) -> None:
    """As well."""
    with serve(failure("ValidationException")) as loopback, pytest.raises(ClientError):
        write(loopback, _plain(26))

    assert len(loopback.calls) == 1


@dataclass
class Slow(Loopback):
    """Answers, but each time later than anybody would wait for again."""

    time: ManualTime = field(default_factory=ManualTime)

    def take(self, operation: str, parameters: dict[str, Any]) -> Answer | str:
        """Let time pass."""
        self.time.moment += 10
        return super().take(operation, parameters)


def test_what_there_is_no_time_for_is_not_begun(write: Write) -> None:
    """Lambda would end it, and nobody would be told of what is stored already."""
    plain, keyed = _plain(75), _keyed(1)

    with running(Slow()) as loopback:
        outcomes = write(loopback, plain + keyed, time=loopback.time)

    assert outcomes.items() >= _receipts(plain[:50]).items()
    rest = plain[50:] + keyed
    assert all(isinstance(outcomes[one.id], StorageUnavailable) for one in rest)
    assert _sizes(loopback) == [(BATCH, 25)] * 2


def test_a_transaction_is_not_begun_again_without_time_for_it(write: Write) -> None:
    """Though nothing is in conflict."""
    writings = _keyed(2)
    one, two = writings
    taken = _reasons(writings, **{one.id: _taken(one)})

    with running(Slow(answers=[taken, Answer()])) as loopback:
        outcomes = write(loopback, writings, time=loopback.time, left=15)

    assert outcomes[one.id] == Accepted(EARLIER, repeated=True)
    assert isinstance(outcomes[two.id], StorageUnavailable)
    assert len(loopback.calls) == 1
