"""DynamoDB fails: a bounded number of attempts, then a refusal; a mistake of ours escapes."""

import socket
from typing import TYPE_CHECKING, Any, TypeAlias

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from authorizer.keys import DynamoKeys
from feedback.lookup import DynamoLookup
from feedback.model import Level, Target
from feedback.rows import Row
from inferences.request import InferenceRequest
from inferences.store import DynamoInferences, InferenceConflict
from shared.dynamodb import StorageUnavailable
from shared.uuids import Uuid
from submit.store import DynamoFeedbackStore
from tests.adapter.conftest import Connect
from tests.adapter.loopback import RESET, SILENCE, Answer, Loopback, failure, serve
from tests.support.environment import environment, towards

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

ID = Uuid("0192c4a0-7e00-7000-8000-000000000001")
ROW = Row("boolean", {"target_id": {"S": ID}, "id": {"S": ID}, "value": {"BOOL": True}})
INFERENCE = InferenceRequest(
    inference_id=ID,
    episode_id="0192c4a0-7e00-7000-8000-000000000002",
    function_name="f",
    variant_name="v",
)
TABLES = {"boolean": "t"}
NOW = 1_790_000_000
Call: TypeAlias = "Callable[[DynamoDBClient], object]"

CALLS: dict[str, Call] = {
    "a write": lambda client: DynamoFeedbackStore(client, {"boolean": "t"}).write([ROW], [], NOW),
    "two writes": lambda client: DynamoFeedbackStore(client, {"boolean": "t"}).write(
        [ROW, ROW], [], NOW
    ),
    "a look": lambda client: DynamoLookup(client, "t", "c").get(Target(Level.INFERENCE, ID), ()),
    "a record": lambda client: DynamoInferences(client, "t").record(INFERENCE),
    "a key": lambda client: DynamoKeys(client, "t").api_key("abcdefghijkl"),
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
BUGS = ["AccessDeniedException", "ResourceNotFoundException", "ValidationException"]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("answer", TRANSIENT.values(), ids=TRANSIENT)
@pytest.mark.usefixtures("short_pauses")
def test_what_fails_three_times_is_unavailable(
    connect_to: Connect, call: Call, answer: Answer | str
) -> None:
    """Three attempts, no more: the caller is told instead."""
    with serve(answer) as loopback, pytest.raises(StorageUnavailable) as caught:
        call(connect_to(loopback.endpoint))

    assert len(loopback.calls) == 3
    assert len(set(loopback.operations)) == 1
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.usefixtures("short_pauses")
def test_what_fails_twice_succeeds(connect_to: Connect, call: Call) -> None:
    """The caller does not notice."""
    with serve(failure("ThrottlingException"), RESET, Answer()) as loopback:
        call(connect_to(loopback.endpoint))

    first = loopback.calls[0]
    assert loopback.calls[:3] == [first] * 3


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("code", BUGS)
def test_a_mistake_of_ours_escapes_at_once(connect_to: Connect, call: Call, code: str) -> None:
    """It is no outage: trying again would not help, and an alarm should."""
    with serve(failure(code)) as loopback, pytest.raises(ClientError, match=code):
        call(connect_to(loopback.endpoint))

    assert len(loopback.calls) == 1


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.usefixtures("short_pauses")
def test_nobody_there_is_an_outage(connect_to: Connect, call: Call) -> None:
    """The connection is refused."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

        with pytest.raises(StorageUnavailable):
            call(connect_to(f"http://127.0.0.1:{port}"))


@pytest.mark.usefixtures("short_pauses")
def test_no_answer_is_an_outage(connect_to: Connect) -> None:
    """After three timeouts, which are shorter here than in production."""
    with serve(SILENCE) as loopback:
        config = connect_to(loopback.endpoint).meta.config.merge(Config(read_timeout=0.1))
        with environment(towards(loopback.endpoint)):
            impatient = boto3.client("dynamodb", config=config)

        with pytest.raises(StorageUnavailable):
            CALLS["a write"](impatient)
        impatient.close()

    assert loopback.operations == ["PutItem"] * 3


def test_all_timeouts_together_are_shorter_than_lambdas_patience(connect_to: Connect) -> None:
    """A request looks and writes, waits 6 s for its target, and has 28 s."""
    with serve() as loopback:
        config: Any = connect_to(loopback.endpoint).meta.config

    attempts = config.retries["total_max_attempts"]
    pauses = sum(2**attempt for attempt in range(attempts - 1))
    call = attempts * (config.connect_timeout + config.read_timeout) + pauses
    assert 6 + call < 28


def _cancelled(*reasons: str) -> Answer:
    return failure(
        "TransactionCanceledException",
        CancellationReasons=[{"Code": reason} for reason in reasons],
    )


@pytest.mark.parametrize(
    "reasons",
    [
        ("None", "ThrottlingError"),
        ("ProvisionedThroughputExceeded", "None"),
        ("TransactionConflict", "None"),
        ("TransactionConflict", "ThrottlingError"),
    ],
)
def test_a_transaction_that_had_no_luck_is_unavailable(
    connect_to: Connect, reasons: tuple[str, ...]
) -> None:
    """None of its rows is stored."""
    with serve(_cancelled(*reasons)) as loopback, pytest.raises(StorageUnavailable):
        CALLS["two writes"](connect_to(loopback.endpoint))

    assert set(loopback.operations) == {"TransactWriteItems"}


@pytest.mark.parametrize(
    "reasons", [("ValidationError", "None"), ("ThrottlingError", "ItemCollectionSizeLimitExceeded")]
)
def test_a_transaction_that_can_never_be_escapes(
    connect_to: Connect, reasons: tuple[str, ...]
) -> None:
    """Whatever else happened to it."""
    with serve(_cancelled(*reasons)) as loopback, pytest.raises(ClientError):
        CALLS["two writes"](connect_to(loopback.endpoint))


def _others(loopback: Loopback) -> list[str]:
    return [parameters["Item"]["target_type"]["S"] for _, parameters in loopback.calls]


def test_an_episode_that_cannot_be_recorded_keeps_its_inference_from_being(
    connect_to: Connect,
) -> None:
    """Whoever finds an inference finds its episode too."""
    conflict = failure("ConditionalCheckFailedException", Item={"target_type": {"S": "inference"}})

    with serve(conflict) as loopback, pytest.raises(InferenceConflict):
        CALLS["a record"](connect_to(loopback.endpoint))

    assert _others(loopback) == ["episode"]
