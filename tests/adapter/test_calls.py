"""How often DynamoDB is called for a request: that, and not our code, is what it costs."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from feedback.kinds import registry
from feedback.lookup import DynamoLookup
from feedback.model import Level, Target
from feedback.request import FeedbackRequest
from feedback.reservations import AlreadyVoted, fingerprint, of_key, of_vote
from feedback.rows import Row
from shared.caller import Caller, Grant
from shared.clock import Clock
from shared.dynamodb import StorageUnavailable
from shared.uuids import Uuid
from submit.api import build
from submit.service import Service
from submit.store import DynamoFeedbackStore
from tests.adapter.conftest import Connect
from tests.adapter.loopback import RESET, Answer, Loopback, failure, running, serve
from tests.unit.fakes import Invocation, catalog, uuid7

TABLES = {"boolean": "B", "float": "F", "comment": "C", "idempotency": "I"}
FOUND = Answer(body=json.dumps({"Item": {"target_type": {"S": "inference"}}}))
INFERENCE = uuid7(1_700_000_000)
REQUESTS: list[dict[str, Any]] = [
    {"metric_name": "liked", "value": True, "inference_id": INFERENCE},
    {"metric_name": "distance", "value": 0.5, "inference_id": INFERENCE},
    {"metric_name": "comment", "value": "text", "inference_id": INFERENCE},
]
CALLERS: list[dict[str, Any]] = [
    {"credential": "api_key", "public_id": "abcdefghijkl", "expires_at": 4_000_000_000},
    {
        "credential": "token",
        "key_id": "abcdefghijkl",
        "author": "ada",
        "targets": [INFERENCE],
        "metrics": ["liked"],
        "once": False,
        "expires_at": 4_000_000_000,
    },
]


def _post(
    connect_to: Connect,
    loopback: Loopback,
    request: dict[str, Any],
    *,
    validated: bool,
    caller: dict[str, Any] | None = None,
    **headers: str,
) -> int:
    client = connect_to(loopback.endpoint)
    service = Service(
        catalog(target_validation=validated),
        DynamoLookup(client, "T", "I"),
        DynamoFeedbackStore(client, TABLES),
        7,
        Clock(),
    )
    context = {} if caller is None else {"authorizer": {"lambda": caller}}
    event = {"body": json.dumps(request), "headers": headers, "requestContext": context}
    status: int = build(service)(event, Invocation())["statusCode"]
    return status


@pytest.mark.parametrize("request_", REQUESTS)
def test_without_target_validation_dynamodb_is_called_once(
    connect_to: Connect, request_: dict[str, Any]
) -> None:
    """To write."""
    with serve() as loopback:
        assert _post(connect_to, loopback, request_, validated=False) == 200

    [(operation, parameters)] = loopback.calls
    assert operation == "PutItem"
    assert set(parameters) == {"TableName", "Item"}


@pytest.mark.parametrize("request_", REQUESTS)
def test_with_target_validation_dynamodb_is_called_twice(
    connect_to: Connect, request_: dict[str, Any]
) -> None:
    """To look, strongly consistent, and to write."""
    with serve(FOUND, Answer()) as loopback:
        assert _post(connect_to, loopback, request_, validated=True) == 200

    assert loopback.operations == ["GetItem", "PutItem"]
    assert loopback.calls[0][1]["ConsistentRead"] is True


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(
    ("validated", "calls"), [(True, ["GetItem", "PutItem"]), (False, ["PutItem"])]
)
def test_who_asks_costs_no_further_call(
    connect_to: Connect, caller: dict[str, Any], validated: bool, calls: list[str]
) -> None:
    """All that is to be known of the caller comes with the event."""
    with serve(FOUND, Answer()) as loopback:
        status = _post(connect_to, loopback, REQUESTS[0], validated=validated, caller=caller)

    assert (status, loopback.operations) == (200, calls)


def test_a_dry_run_looks_and_does_not_write(connect_to: Connect) -> None:
    """With target validation."""
    with serve(FOUND) as loopback:
        assert _post(connect_to, loopback, {**REQUESTS[0], "dryrun": True}, validated=True) == 200

    assert loopback.operations == ["GetItem"]


def test_a_dry_run_without_target_validation_calls_nobody(connect_to: Connect) -> None:
    """There is nothing to look at."""
    with serve() as loopback:
        assert _post(connect_to, loopback, {**REQUESTS[0], "dryrun": True}, validated=False) == 200

    assert loopback.calls == []


@pytest.mark.parametrize("change", [{"value": 1}, {"metric_name": "nope"}, {"foo": 1}])
def test_a_refusal_that_needs_no_look_up_calls_nobody(
    connect_to: Connect, change: dict[str, Any]
) -> None:
    """It costs nothing but its own work."""
    with serve() as loopback:
        assert _post(connect_to, loopback, {**REQUESTS[0], **change}, validated=True) >= 400

    assert loopback.calls == []


KEYED: dict[str, Any] = {"idempotency-key": "a-key"}
EARLIER = {
    "feedback_id": {"S": uuid7(1_700_000_001)},
    "fingerprint": {"S": fingerprint(FeedbackRequest.parse(REQUESTS[0]))},
    "expires_at": {"N": "99999999999"},
}


@dataclass
class Tables(Loopback):
    """Knows the target, and the key if it was claimed before."""

    claimed: bool = False

    def take(self, operation: str, parameters: dict[str, Any]) -> Answer | str:
        """Answer what asks for both of them."""
        answer = super().take(operation, parameters)
        if operation != "BatchGetItem":
            return answer
        [key] = parameters["RequestItems"]["I"]["Keys"]
        target = {"target_id": {"S": INFERENCE}, "target_type": {"S": "inference"}}
        claims = [{**key, **EARLIER}] if self.claimed else []
        return Answer(body=json.dumps({"Responses": {"T": [target], "I": claims}}))


def test_with_a_key_dynamodb_is_called_twice(connect_to: Connect) -> None:
    """To look for target and key at once, and to store both in one transaction."""
    with running(Tables()) as loopback:
        assert _post(connect_to, loopback, REQUESTS[0], validated=True, **KEYED) == 200

    assert loopback.operations == ["BatchGetItem", "TransactWriteItems"]
    asked = loopback.calls[0][1]["RequestItems"]
    assert {table: part["ConsistentRead"] for table, part in asked.items()} == {
        "T": True,
        "I": True,
    }
    key, row = (one["Put"] for one in loopback.calls[1][1]["TransactItems"])
    assert (key["TableName"], row["TableName"]) == ("I", "B")
    assert key["Item"]["feedback_id"] == row["Item"]["id"]


def test_a_repeat_of_a_key_calls_dynamodb_once(connect_to: Connect) -> None:
    """What was read answers it: nothing is written."""
    with running(Tables(claimed=True)) as loopback:
        assert _post(connect_to, loopback, REQUESTS[0], validated=True, **KEYED) == 200

    assert loopback.operations == ["BatchGetItem"]


@pytest.mark.parametrize(("change", "status"), [({}, 200), ({"value": False}, 422)])
def test_without_target_validation_a_repeat_is_one_call_as_well(
    connect_to: Connect, change: dict[str, Any], status: int
) -> None:
    """The transaction that fails gives back what was stored, and writes nothing."""
    taken = {"Code": "ConditionalCheckFailed", "Item": EARLIER}
    cancelled = failure(
        "TransactionCanceledException", CancellationReasons=[taken, {"Code": "None"}]
    )

    with serve(cancelled) as loopback:
        posted = _post(connect_to, loopback, {**REQUESTS[0], **change}, validated=False, **KEYED)

    assert posted == status
    assert loopback.operations == ["TransactWriteItems"]


def test_a_dry_run_with_a_key_looks_at_no_key_and_stores_none(connect_to: Connect) -> None:
    """It is as if it had none."""
    with serve(FOUND) as loopback:
        request = {**REQUESTS[0], "dryrun": True}
        assert _post(connect_to, loopback, request, validated=True, **KEYED) == 200

    assert loopback.operations == ["GetItem"]


CALLER = Caller(("token", "ada"), grant=Grant(frozenset(), frozenset(), once=True))
FIRST, SECOND = uuid7(1_700_000_001), uuid7(1_700_000_002)
CLAIMS = [
    of_key("k", FeedbackRequest.parse(REQUESTS[0]), CALLER, SECOND, 2**40),
    of_vote(
        CALLER, Target(Level.INFERENCE, INFERENCE), registry.metric(catalog(), "liked"), SECOND
    ),
]
KEY_TAKEN, VOTE_TAKEN = (
    {"Code": "ConditionalCheckFailed", "Item": claim._replace(feedback_id=FIRST).to_item()}
    for claim in CLAIMS
)
FREE = {"Code": "None"}


def _vote_with_a_key(connect_to: Connect, *reasons: dict[str, Any]) -> Uuid | None:
    """Write a vote that has a key; `reasons` are why its transaction is cancelled."""
    row = Row("boolean", {"target_id": {"S": INFERENCE}, "id": {"S": SECOND}})
    cancelled = failure("TransactionCanceledException", CancellationReasons=[*reasons, FREE])
    with serve(cancelled) as loopback:
        store = DynamoFeedbackStore(connect_to(loopback.endpoint), TABLES)
        return store.write([row], CLAIMS, 0)


def test_a_repeat_of_a_vote_is_answered_by_its_key(connect_to: Connect) -> None:
    """It is no second vote."""
    assert _vote_with_a_key(connect_to, KEY_TAKEN, VOTE_TAKEN) == FIRST


def test_a_second_vote_with_a_new_key_is_refused(connect_to: Connect) -> None:
    """The key is free, the vote is not."""
    with pytest.raises(AlreadyVoted):
        _vote_with_a_key(connect_to, FREE, VOTE_TAKEN)


def test_a_vote_is_not_judged_while_its_key_is_in_conflict(connect_to: Connect) -> None:
    """The first request of the key may have stored the vote: the key's answer counts."""
    with pytest.raises(StorageUnavailable) as busy:
        _vote_with_a_key(connect_to, {"Code": "TransactionConflict"}, VOTE_TAKEN)

    assert busy.value.congested


def test_a_transaction_that_is_tried_again_is_the_same_one_to_dynamodb(
    connect_to: Connect,
) -> None:
    """A conflict and a lost answer: the token says that it is to be done once."""
    reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
    conflict = failure("TransactionCanceledException", CancellationReasons=reasons)

    with serve(conflict, RESET, Answer()) as loopback:
        assert _post(connect_to, loopback, REQUESTS[0], validated=False, **KEYED) == 200

    assert loopback.operations == ["TransactWriteItems"] * 3
    assert loopback.calls == [loopback.calls[0]] * 3
    assert loopback.calls[0][1]["ClientRequestToken"]
