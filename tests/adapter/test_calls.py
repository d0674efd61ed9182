"""How often DynamoDB is called for a request: that, and not our code, is what it costs."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from feedback.kinds import registry
from feedback.model import Inference, Level, Record, Target
from feedback.request import FeedbackRequest
from feedback.reservations import AlreadyVoted, of_key, of_vote
from feedback.rows import Row
from inferences.store import DynamoInferences
from shared import uuids
from shared.caller import Caller, Grant, api_key_context, token_context
from shared.clock import Clock
from shared.dynamodb import StorageUnavailable
from shared.uuids import Uuid
from submit.store import DynamoFeedbackStore
from tests.adapter.conftest import Connect
from tests.support.handlers import BATCH, LABEL, RECEIPT, RECORD_BATCH, SUBMIT, compose
from tests.support.lambdas import TABLES as KEYS
from tests.support.loopback import RESET, Answer, cancelled, failure, serve
from tests.support.proxy import Proxy
from tests.unit.fakes import Invocation, catalog
from tools.event import event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INFERENCE = uuids.new()
GRANT = Grant(frozenset({INFERENCE}), frozenset({"liked"}), once=False)
CALLERS: dict[str, dict[str, Any]] = {
    "api key": api_key_context("abcdefghijkl", 4_000_000_000),
    "token": token_context("abcdefghijkl", "ada", GRANT, 4_000_000_000),
}
LIKED: dict[str, Any] = {"metric_name": "liked", "value": True, "inference_id": INFERENCE}
LABELLED = {
    **LIKED,
    "internal": True,
    "tags": {
        "tensorzero::datapoint_id": INFERENCE,
        "tensorzero::evaluator_inference_id": INFERENCE,
        "tensorzero::human_feedback": "true",
    },
}
NEW = "a new key"
EPISODES = [uuids.new(), uuids.new()]
RECORDED = [
    {
        "inference_id": uuids.new(),
        "episode_id": episode_id,
        "function_name": "f",
        "variant_name": "v",
    }
    for episode_id in (*EPISODES, EPISODES[0])
]
GET, PUT, TRANSACT = "GetItem", "PutItem", "TransactWriteItems"
READ, WRITE = "BatchGetItem", "BatchWriteItem"


@dataclass(frozen=True)
class Case:
    """A request, and the calls that it takes with target validation and without."""

    body: Any
    validated: list[str]
    unvalidated: list[str] | None = None
    status: int = 200
    route: str = SUBMIT
    key: str | None = None
    before: dict[str, Any] | None = None
    """Feedback that was sent with the same key."""
    caller: dict[str, Any] | None = None
    parameters: dict[str, str] = field(default_factory=dict)


def _batch(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"body": list(elements), "route": BATCH}


def _keyed(element: dict[str, Any]) -> dict[str, Any]:
    return {**element, "idempotency_key": NEW}


COMMENT = {**LIKED, "metric_name": "comment", "value": "text"}
CASES = {
    "a metric": Case(LIKED, [GET, PUT], [PUT]),
    "a number": Case({**LIKED, "metric_name": "distance", "value": 0.5}, [GET, PUT], [PUT]),
    "a comment": Case(COMMENT, [GET, PUT], [PUT]),
    "a label": Case(LABELLED, [GET, TRANSACT], [GET, TRANSACT]),
    **{who: Case(LIKED, [GET, PUT], [PUT], caller=caller) for who, caller in CALLERS.items()},
    "a dry run": Case({**LIKED, "dryrun": True}, [GET], []),
    "a dry run with a key": Case({**LIKED, "dryrun": True}, [GET], [], key="dry"),
    "a wrong value": Case({**LIKED, "value": 1}, [], [], 400),
    "an unknown metric": Case({**LIKED, "metric_name": "nope"}, [], [], 404),
    "an unknown field": Case({**LIKED, "foo": 1}, [], [], 400),
    "a key": Case(LIKED, [READ, TRANSACT], [TRANSACT], key="new"),
    "a repeat": Case(LIKED, [READ], [TRANSACT], key="repeat", before=LIKED),
    "a reused key": Case(LIKED, [READ], [TRANSACT], 422, key="reused", before=COMMENT),
    "a batch": Case(**_batch(LIKED, COMMENT), validated=[READ, WRITE], unvalidated=[WRITE]),
    "a batch of a key": Case(**_batch(_keyed(LIKED)), validated=[READ, TRANSACT]),
    "a mixed batch": Case(**_batch(LIKED, _keyed(COMMENT)), validated=[READ, WRITE, TRANSACT]),
    "a batch of a dry run": Case(
        **_batch({**LIKED, "dryrun": True}), validated=[READ], unvalidated=[]
    ),
    "an empty batch": Case(**_batch(), validated=[], unvalidated=[]),
    "a receipt": Case(
        None,
        [READ],
        status=404,
        route=RECEIPT,
        parameters={"target_id": INFERENCE, "feedback_id": INFERENCE},
    ),
    "a label's query": Case(
        {"metric_name": "liked", "output": "{}"},
        ["Query"],
        route=LABEL,
        parameters={"datapoint_id": INFERENCE},
    ),
    "a recorded inference": Case(
        None,
        [GET],
        route="GET /internal/inferences/{inference_id}",
        parameters={"inference_id": INFERENCE},
    ),
    "three inferences of two episodes": Case(RECORDED, [PUT] * 5, route=RECORD_BATCH),
    "the health": Case(None, [GET], route="GET /health"),
    "the status": Case(None, [], route="GET /status"),
}
"""Reads of a target's feedback: tests/adapter/test_target.py."""
Send: TypeAlias = Callable[..., int]


@pytest.fixture
def send(
    connect_to: Connect, between: Proxy, dynamodb: "DynamoDBClient", tables: dict[str, str]
) -> Send:
    """Send a request to its handler, over the emulated tables; the inference is recorded."""
    record = Record("chat", output="{}")
    inference = Inference(INFERENCE, Uuid(f"{INFERENCE[:-1]}g"), "v", record)
    DynamoInferences(dynamodb, tables["target"]).record(inference)
    client = connect_to(between.endpoint)

    def post(request: dict[str, Any], *, validated: bool) -> int:
        handlers = compose(client, tables, catalog(target_validation=validated), Clock())
        return int(handlers[request["routeKey"]](request, Invocation())["statusCode"])

    return post


@pytest.mark.parametrize("validated", [True, False], ids=["validated", "not validated"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_request_makes_these_calls_and_no_other(
    send: Send, way: str, between: Proxy, case: Case, validated: bool
) -> None:
    """To look, strongly consistent, and to write; who asks costs no further call."""
    headers = {} if case.key is None else {"idempotency-key": f"{case.key}-{validated}-{way}"}

    def request(body: Any) -> dict[str, Any]:
        return event(
            None if body is None else json.dumps(body).replace(NEW, uuids.new()),
            route=case.route,
            headers=headers,
            parameters=case.parameters,
            caller=case.caller,
        )

    if case.before is not None:
        assert send(request(case.before), validated=validated) == 200
    between.calls.clear()

    status = send(request(case.body), validated=validated)

    unvalidated = case.validated if case.unvalidated is None else case.unvalidated
    assert between.operations == (case.validated if validated else unvalidated)
    assert status == case.status
    for operation, parameters in between.calls:
        if operation in {GET, READ, "Query"} and case.route != "GET /health":
            parts = parameters.get("RequestItems", {"": parameters}).values()
            assert all(part["ConsistentRead"] for part in parts)


TABLES = {key: key for key in ("boolean", "comment", "idempotency", "target")}
FIRST, SECOND = uuids.new(), uuids.new()
ADA = Caller(("token", "ada"), grant=GRANT)
RESERVED = [
    of_key("k", FeedbackRequest.parse(LIKED), ADA, SECOND, 2**40),
    of_vote(ADA, Target(Level.INFERENCE, INFERENCE), registry.metric(catalog(), "liked"), SECOND),
]
KEY_HELD, VOTE_HELD = (
    {"Code": "ConditionalCheckFailed", "Item": one._replace(feedback_id=FIRST).to_item()}
    for one in RESERVED
)


@pytest.mark.parametrize(
    ("reasons", "outcome"),
    [
        ((KEY_HELD, VOTE_HELD), FIRST),
        (("None", VOTE_HELD), AlreadyVoted),
        (("TransactionConflict", VOTE_HELD), StorageUnavailable),
    ],
    ids=["a repeat", "a second vote", "a key in conflict"],
)
def test_a_vote_with_a_key_is_answered_by_the_key_first(
    connect_to: Connect, reasons: tuple[Any, ...], outcome: Any
) -> None:
    """While the key is in conflict, its first request may have stored the vote."""
    row = Row("boolean", {"target_id": {"S": INFERENCE}, "id": {"S": SECOND}})
    with serve(cancelled(*reasons, "None")) as loopback:
        store = DynamoFeedbackStore(connect_to(loopback.endpoint), TABLES)
        if outcome is FIRST:
            assert store.write([row], RESERVED, 0) == FIRST
        else:
            with pytest.raises(outcome):
                store.write([row], RESERVED, 0)

    key, vote, put = (one["Put"] for one in loopback.calls[0][1]["TransactItems"])
    assert [one["TableName"] for one in (key, vote, put)] == ["idempotency"] * 2 + ["boolean"]
    assert (key["Item"], vote["Item"], put["Item"]) == (*(r.to_item() for r in RESERVED), row.item)


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize(
    ("answers", "status", "calls"),
    [
        ([cancelled("TransactionConflict", "None"), RESET, failure("ThrottlingException")], 200, 4),
        ([failure("InternalServerError", 500)] * 9, 503, 3),
    ],
    ids=["a conflict, a lost answer, throttling", "an outage"],
)
def test_a_transaction_that_is_tried_again_is_the_same_one_to_dynamodb(
    connect_to: Connect, answers: list[Answer | str], status: int, calls: int
) -> None:
    """Its token lets DynamoDB do it once; what is no congestion has the client's attempts only."""
    rules, names = catalog(target_validation=False), {key: key for key in KEYS}
    request = event(json.dumps(LIKED), headers={"idempotency-key": "k"})

    with serve(*answers, Answer()) as loopback:
        handlers = compose(connect_to(loopback.endpoint), names, rules, Clock())
        reply = handlers[SUBMIT](request, Invocation())

    assert reply["statusCode"] == status
    assert loopback.operations == [TRANSACT] * calls
    assert loopback.calls == loopback.calls[:1] * calls
    assert 1 <= len(loopback.calls[0][1]["ClientRequestToken"]) <= 36
