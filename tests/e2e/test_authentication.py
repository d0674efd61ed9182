"""Without a valid credential nothing is read or written, on any route of the template."""

import json
import re
import time
from typing import Any

import pytest

from feedback_cli.keys import Scope
from shared import uuids
from tests.support.template import properties, resources
from tools.credentials import TokenKey, claims
from tools.forgeries import CASES, Forger
from tools.http import Answer, Caller
from tools.stack import Stack

ROUTES = sorted(route["RouteKey"] for route in properties("AWS::ApiGatewayV2::Route").values())
TABLES = resources("AWS::DynamoDB::Table").keys() - {"ApiKey", "Aggregate"}
"""What requests write to: the aggregates follow in their own time."""
FOR_TOKENS = "POST /feedback"
FOR_READERS = "GET /internal/feedback/{target_id}"
SCOPES = {
    FOR_TOKENS: Scope.FEEDBACK_WRITE,
    "POST /feedback/batch": Scope.FEEDBACK_WRITE,
    "POST /internal/inferences": Scope.INFERENCES_WRITE,
    "POST /internal/inferences/batch": Scope.INFERENCES_WRITE,
    "GET /internal/inferences/{inference_id}": Scope.FEEDBACK_READ,
    FOR_READERS: Scope.FEEDBACK_READ,
    **{
        f"{FOR_READERS}/{word}": Scope.FEEDBACK_READ
        for word in ("demonstrations", "bounds", "count", "latest_id_by_metric", "{feedback_id}")
    },
    "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback": Scope.FEEDBACK_READ,
    **{
        f"GET /internal/functions/{{function}}/{what}": Scope.FEEDBACK_READ
        for what in ("metrics", "variant_performances", "inference_count/{metric+}")
    },
    "GET /internal/feedback/timeseries": Scope.FEEDBACK_READ,
    "POST /v1/inferences/list_inferences": Scope.FEEDBACK_READ,
}
"""The routes that ask for a scope; the others take any key."""
QUERIES = {
    "GET /internal/functions/{function}/variant_performances": (
        "?metric_name=draft_accepted&time_window=day"
    ),
    "GET /internal/feedback/timeseries": (
        "?function_name=draft_reply&metric_name=draft_accepted&time_window=day&max_periods=3"
    ),
}
"""What these routes cannot do without."""
FORBIDDEN = {"message": "Forbidden"}


def _request(caller: Caller, route: str, target: str, **headers: str) -> Answer:
    """Send a request that would be answered with a good credential, and would store something."""
    method, path = route.split(" ")
    feedback = {"metric_name": "draft_accepted", "value": True, "inference_id": target}
    inference = {
        "inference_id": uuids.new(),
        "episode_id": uuids.new(),
        "function_name": "draft_reply",
        "variant_name": "v",
    }
    bodies: dict[str, object] = {
        FOR_TOKENS: feedback,
        "POST /feedback/batch": [feedback],
        "POST /internal/inferences": inference,
        "POST /internal/inferences/batch": [inference],
        "POST /v1/inferences/list_inferences": {"function_name": "draft_reply"},
    }
    query = {"metric_name": "draft_accepted", "output": "{}"}
    body = json.dumps(bodies.get(route, query)).encode() if method == "POST" else b""
    names = {"{function}": "draft_reply", "{metric+}": "draft_accepted"}
    path = re.sub(r"{.+?}", lambda found: names.get(found[0], target), path)
    return caller.send(method, f"{path}{QUERIES.get(route, '')}", body, **headers)


def _rows(stack: Stack) -> dict[str, list[dict[str, Any]]]:
    """Read everything that the stack has been sent."""
    return {table: stack.items(table) for table in TABLES}


def _refusals(stack: Stack) -> list[str]:
    """Read the codes that the authorizer has logged."""
    lines = [line for _, line in stack.log("Authorizer") if line.startswith('{"level"')]
    return [json.loads(line)["code"] for line in lines]


@pytest.fixture(scope="module")
def target(inference: dict[str, str]) -> str:
    """Give an inference that is there: feedback on it would be stored."""
    return inference["inference_id"]


@pytest.fixture(scope="module")
def forger(stack: Stack, token_key: TokenKey, target: str) -> Forger:
    """Let somebody try."""
    return Forger(stack, token_key, target)


def test_nobody_is_let_through_without_a_credential(
    stack: Stack, call: Caller, target: str
) -> None:
    """API Gateway answers itself, and does not call the authorizer."""
    before = _rows(stack), stack.log("Authorizer")
    anybody = call.with_credential(None)

    answers = [_request(anybody, route, target) for route in ROUTES]

    assert {answer.status for answer in answers} == {401}
    assert [answer.body for answer in answers] == [{"message": "Unauthorized"}] * len(ROUTES)
    assert (_rows(stack), stack.log("Authorizer")) == before


@pytest.mark.parametrize("case", CASES)
def test_nobody_is_let_through_with_a_bad_credential(
    case: str, stack: Stack, call: Caller, target: str, forger: Forger
) -> None:
    """On no route; the log has the reason, and nothing is stored."""
    code, forge = CASES[case]
    before, logged = _rows(stack), len(_refusals(stack))
    header = forge(forger)

    answers = {
        route: _request(call.with_credential(None), route, target, Authorization=header)
        for route in ROUTES
    }

    assert {answer.status for answer in answers.values()} == {403}
    assert [answer.body for answer in answers.values()] == [FORBIDDEN] * len(ROUTES)
    others = "route_not_for_tokens" if case.startswith("token") else code
    assert _refusals(stack)[logged:] == [
        code if route in {FOR_TOKENS, FOR_READERS} else others for route in ROUTES
    ]
    assert _rows(stack) == before
    secret = header.rpartition("-")[2] if "sk-t0" in header else header.removeprefix("Bearer ")
    assert not [line for _, line in stack.log("Authorizer") if secret in line]


@pytest.mark.parametrize("scope", Scope)
def test_a_key_opens_the_routes_of_its_scope_and_no_other(
    scope: Scope, stack: Stack, call: Caller, target: str
) -> None:
    """Whatever a route answers, it is the function that answers."""
    caller = call.with_credential(stack.new_key(scope))

    answers = {route: _request(caller, route, target) for route in ROUTES}

    refused = {route for route, answer in answers.items() if answer.body == FORBIDDEN}
    assert refused == {route for route in ROUTES if SCOPES.get(route, scope) != scope}
    assert {answers[route].status for route in refused} == {403}
    assert {answers[route].status for route in answers.keys() - refused} <= {200, 404}


@pytest.mark.parametrize("read", [False, True])
def test_a_token_opens_no_route_but_its_own(
    read: bool, call: Caller, token_key: TokenKey, target: str
) -> None:
    """To give feedback, and to list its author's if it says so."""
    caller = call.with_credential(token_key.mint(target, read=read))

    answers = {route: _request(caller, route, target) for route in ROUTES}

    assert answers.pop(FOR_TOKENS).status == 200
    if read:
        assert answers.pop(FOR_READERS).status == 200
    assert [answer.body for answer in answers.values()] == [FORBIDDEN] * len(answers)


@pytest.mark.parametrize(
    "change",
    [
        {"metric_name": "edit_distance", "value": 0.5},
        {"metric_name": "comment", "value": "text"},
        {"internal": True},
        {"inference_id": "another"},
    ],
    ids=str,
)
def test_a_token_says_nothing_but_what_it_was_made_for(
    change: dict[str, object], stack: Stack, call: Caller, token_key: TokenKey, target: str
) -> None:
    """Neither by another metric, nor internally, nor on another target, though that is there."""
    another = call.record(function_name="draft_reply")["inference_id"]
    body = {"metric_name": "draft_accepted", "value": True, "inference_id": target, **change}
    if body["inference_id"] == "another":
        body["inference_id"] = another
    before = _rows(stack)

    answer = call.with_credential(token_key.mint(target)).feedback(**body)

    assert (answer.status, answer.body["code"]) == (403, "not_granted")
    assert _rows(stack) == before


def test_a_token_reads_its_authors_own_feedback_and_nobody_elses(
    call: Caller, token_key: TokenKey
) -> None:
    """Neither another author's, nor the application's, nor on a target that it does not name."""
    targets = [call.record(function_name="draft_reply")["inference_id"] for _ in range(2)]
    given: dict[str, list[str]] = {}
    for author in ("ada", "bob"):
        voter = call.with_credential(token_key.mint(*targets, author=author))
        given[author] = [
            voter.feedback(metric_name="draft_accepted", value=True, inference_id=target).body[
                "feedback_id"
            ]
            for target in targets
        ]
    call.feedback(metric_name="draft_accepted", value=False, inference_id=targets[0])

    reader = call.with_credential(token_key.mint(targets[0], author="ada", read=True))
    own, other = (reader.send("GET", f"/internal/feedback/{target}") for target in targets)

    assert [row["id"] for row in own.body["feedback"]] == given["ada"][:1]
    assert own.body["feedback"][0]["tags"]["tensorzero::token_author"] == "ada"
    assert (other.status, other.body["code"]) == (403, "not_granted")


def test_feedback_says_which_token_it_came_with(
    stack: Stack, call: Caller, token_key: TokenKey, target: str
) -> None:
    """Its key, and its author."""
    answer = call.with_credential(token_key.mint(target)).feedback(
        metric_name="draft_accepted", value=True, inference_id=target, tags={"page": "7"}
    )

    assert _tags(stack, answer) == {
        "page": "7",
        "tensorzero::token_key_id": token_key.id,
        "tensorzero::token_author": "ada",
    }


def test_nobody_can_say_that_it_was_another_key(
    stack: Stack, call: Caller, key: str, target: str
) -> None:
    """The authorizer sets the tag, whatever is sent."""
    forged = {"tensorzero::api_key_public_id": "a" * 12}
    body = {"metric_name": "draft_accepted", "value": True, "inference_id": target, "tags": forged}

    plain, internal = call.feedback(**body), call.feedback(**body, internal=True)

    assert (plain.status, plain.body["code"]) == (400, "reserved_tag")
    assert _tags(stack, internal)["tensorzero::api_key_public_id"] == key.split("-")[2]


def test_a_token_for_one_vote_has_no_second(
    stack: Stack, call: Caller, token_key: TokenKey, target: str
) -> None:
    """The first one stays, and is the only one."""
    caller = call.with_credential(token_key.mint(target, once=True))
    vote = {"metric_name": "draft_accepted", "inference_id": target}

    first, second = caller.feedback(**vote, value=True), caller.feedback(**vote, value=False)

    assert (first.status, second.status) == (200, 409), second
    assert second.body["code"] == "already_voted"
    assert _tags(stack, first)["tensorzero::token_author"] == "ada"


def test_a_token_ends_at_its_end_though_it_was_let_through_before(
    call: Caller, token_key: TokenKey, target: str
) -> None:
    """API Gateway remembers the authorizer's answer for longer; the function looks again."""
    body = {"metric_name": "draft_accepted", "value": True, "inference_id": target, "dryrun": True}
    ends, caller = _soon_over(call, token_key, body)

    while (last := caller.feedback(**body)).status == 200:
        assert time.time() < ends + 30

    assert (last.status, last.body["code"]) == (401, "credential_expired")
    assert time.time() >= ends


def _soon_over(call: Caller, token_key: TokenKey, body: dict[str, Any]) -> tuple[int, Caller]:
    """Be let through by a token that is over in seconds; a busy machine needs a longer one."""
    for seconds in (2, 4, 8, 16, 32):
        ends = int(time.time()) + seconds
        token = token_key.sign(claims(body["inference_id"], exp=ends))
        caller = call.with_credential(token)
        if caller.feedback(**body).status == 200:
            return ends, caller
    raise AssertionError("no token was let through")


def test_a_credential_is_looked_at_once_for_many_requests(
    stack: Stack, call: Caller, token_key: TokenKey, target: str
) -> None:
    """While its answer is remembered, neither the authorizer runs nor its table is read."""
    for credential in (stack.new_key(), token_key.mint(target)):
        caller, before = call.with_credential(credential), _decisions(stack)

        answers = [_request(caller, FOR_TOKENS, target) for _ in range(5)]

        assert {answer.status for answer in answers} == {200}
        assert _decisions(stack) == before + 1


def _decisions(stack: Stack) -> int:
    """Count the authorizer's invocations, by the emulator's own lines."""
    return sum(line.startswith("START ") for _, line in stack.log("Authorizer"))


def _tags(stack: Stack, answer: Answer) -> dict[str, str]:
    """Give the tags of the one row that was stored."""
    [row] = [
        item
        for item in stack.items("BooleanMetricFeedback")
        if item["id"]["S"] == answer.body["feedback_id"]
    ]
    return {name: value["S"] for name, value in row["tags"]["M"].items()}
