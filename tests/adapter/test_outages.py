"""DynamoDB fails: a bounded number of attempts, then a refusal; a mistake of ours escapes."""

import socket
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import pytest

from aggregates import layout
from authorizer.keys import DynamoKeys
from feedback.kinds.registry import KINDS
from feedback.lookup import BatchRead, DynamoLookup
from feedback.model import Inference, Level, Record, Target
from feedback.rows import Row
from feedback.waiting import WINDOW
from inferences.store import DynamoInferences
from reads.aggregate.table import DynamoTable as Aggregates
from reads.aggregate.table import Range
from reads.inferences import DynamoInferences as RecordedInferences
from reads.label_query import LabelQuery
from reads.labels import DynamoLabels
from reads.receipts import DynamoReceipts
from reads.status import Status
from reads.target.table import DynamoTable, Query
from shared.direct.client import LONGEST
from shared.direct.failure import Failure
from shared.dynamodb import SHORTEST_CALL, StorageUnavailable
from shared.uuids import Uuid
from submit.store import DynamoFeedbackStore
from tests.adapter.conftest import Connect
from tests.support.lambdas import FUNCTIONS
from tests.support.lambdas import TABLES as KEYS
from tests.support.loopback import RESET, Answer, cancelled, failure, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

TABLES = {key: key for key in KEYS}
NOW = 1_790_000_000
ID = Uuid("0192c4a0-7e00-7000-8000-000000000001")
TARGET = Target(Level.INFERENCE, ID)
ROW = Row("boolean", {"target_id": {"S": ID}, "id": {"S": ID}, "value": {"BOOL": True}})
KIND = KINDS["comment"]
RANGE = Range("k", "a", "z")
INFERENCE = Inference(ID, Uuid("0192c4a0-7e00-7000-8000-000000000002"), "v", Record("f"))
Call: TypeAlias = "Callable[[DynamoDBClient], object]"

ONE_CALL = partial(float, SHORTEST_CALL)
"""How much time is left: enough for a call, and for none after a pause."""

CALLS: dict[str, Call] = {
    "a write": lambda client: DynamoFeedbackStore(client, TABLES).write([ROW], [], NOW),
    "two writes": lambda client: DynamoFeedbackStore(client, TABLES).write([ROW] * 2, [], NOW),
    "a look": lambda client: DynamoLookup(client, TABLES).get(TARGET, ()),
    "several looks": lambda client: DynamoLookup(client, TABLES).read(BatchRead({TARGET: ()})),
    "a record": lambda client: DynamoInferences(client, "t").record(INFERENCE),
    "a key": lambda client: DynamoKeys(client, "t").api_key("abcdefghijkl"),
    "a receipt": lambda client: DynamoReceipts(client, TABLES).get(ID, ID),
    "a list": lambda client: DynamoTable(client, "t", KIND).query(Query(ID), ONE_CALL),
    "a count": lambda client: DynamoTable(client, "t", KIND).count(Query(ID), ONE_CALL),
    "a recorded inference": lambda client: RecordedInferences(client, TABLES).get(ID),
    "a label": lambda client: DynamoLabels(client, TABLES).latest(ID, LabelQuery("m", "{}")),
    "the generation of aggregates": lambda client: Aggregates(client, TABLES).generation(ONE_CALL),
    "counters": lambda client: Aggregates(client, TABLES).chunk(RANGE, None, ONE_CALL),
    "items of aggregates": lambda client: Aggregates(client, TABLES).find(
        layout.TABLE, [layout.STATE], ONE_CALL
    ),
    "the health": lambda client: Status(client, TABLES, "").health(),
}
TRANSIENT: dict[str, Answer | str] = {
    "throttled": failure("ThrottlingException"),
    "over capacity": failure("ProvisionedThroughputExceededException"),
    "over the account's limit": failure("RequestLimitExceeded"),
    "broken": failure("InternalServerError", 500),
    "away": failure("ServiceUnavailable", 503),
    "away, says somebody else": Answer(503, "<html>Service Unavailable</html>"),
    "cut": RESET,
}
RECORDED = {
    "target_type": {"S": "inference"},
    "target_id": {"S": ID},
    "episode_id": {"S": ID},
    "function_name": {"S": "f"},
    "variant_name": {"S": "v"},
    "kind": {"S": "no key"},
}
"""An inference's item, and as a key's one that is no key."""
BUGS = ["AccessDeniedException", "ResourceNotFoundException", "ValidationException"]
EMPTY = Answer.of(Responses={}, Items=[], Count=0, Item=RECORDED)
"""An answer of any call."""


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("answer", TRANSIENT.values(), ids=TRANSIENT)
@pytest.mark.usefixtures("short_pauses")
def test_what_fails_three_times_is_unavailable_and_what_fails_twice_succeeds(
    connect_to: Connect, call: Call, answer: Answer | str
) -> None:
    """Three attempts, no more, each with the same content."""
    with serve(answer) as loopback, pytest.raises(StorageUnavailable) as caught:
        call(connect_to(loopback.endpoint))
    assert loopback.calls == loopback.calls[:1] * 3
    assert caught.value.__cause__ is not None

    with serve(answer, answer, EMPTY) as loopback:
        call(connect_to(loopback.endpoint))
    assert loopback.calls[:3] == loopback.calls[:1] * 3


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("code", BUGS)
def test_a_mistake_of_ours_escapes_without_retries(
    connect_to: Connect, way: str, call: Call, code: str
) -> None:
    """It is no outage, and an alarm should ring; the SDK is asked once for what else it may be."""
    with serve(failure(code)) as loopback, pytest.raises(Failure, match=code):
        call(connect_to(loopback.endpoint))

    assert loopback.calls == loopback.calls[:1] * (2 if way == "direct" else 1)


@pytest.mark.usefixtures("short_pauses")
def test_a_connection_that_is_refused_is_an_outage(connect_to: Connect) -> None:
    """Nobody listens there."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

        with pytest.raises(StorageUnavailable):
            CALLS["a write"](connect_to(f"http://127.0.0.1:{port}"))


def test_a_wait_and_the_longest_call_are_shorter_than_lambdas_timeout() -> None:
    """A request waits for its target, and one call after that may take its time."""
    assert FUNCTIONS["SubmitFunction"]["Timeout"] > WINDOW + LONGEST


@pytest.mark.parametrize(
    ("reasons", "raised"),
    [
        (("None", "ThrottlingError"), StorageUnavailable),
        (("ProvisionedThroughputExceeded", "None"), StorageUnavailable),
        (("TransactionConflict", "None"), StorageUnavailable),
        (("TransactionConflict", "ThrottlingError"), StorageUnavailable),
        (("ValidationError", "None"), Failure),
        (("ThrottlingError", "ItemCollectionSizeLimitExceeded"), Failure),
    ],
)
def test_a_transaction_that_is_cancelled_may_pass_later_or_never(
    connect_to: Connect, reasons: tuple[str, ...], raised: type[Exception]
) -> None:
    """One reason that is a mistake of ours decides, whatever else there was."""
    with serve(cancelled(*reasons)) as loopback, pytest.raises(raised):
        CALLS["two writes"](connect_to(loopback.endpoint))

    assert {*loopback.operations} == {"TransactWriteItems"}
