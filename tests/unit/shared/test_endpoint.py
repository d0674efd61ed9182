"""Handlers: a refusal becomes a response, a bug does not."""

import json

import pytest

from feedback.kinds.registry import UnknownMetric
from shared.caller import ANYBODY, Caller
from shared.endpoint import Call, endpoint
from shared.http import Reply
from shared.telemetry import Telemetry
from tests.unit.conftest import Output
from tests.unit.fakes import Invocation


def _telemetry() -> Telemetry:
    return Telemetry("a-service", accepted="Taken", refused="Left")


def test_an_answer_is_passed_on(output: Output) -> None:
    """As it is, and counted."""
    reply: Reply = {"statusCode": 200, "body": "{}"}

    handler = endpoint(lambda call: {**reply, "event": call.event}, _telemetry())

    assert handler({"a": 1}, Invocation()) == {**reply, "event": {"a": 1}}
    [metric], lines = output()
    assert "Taken" in metric
    assert lines == []


def test_a_refusal_becomes_a_response(output: Output) -> None:
    """It is counted and logged with the invocation's id."""

    def answer(_call: Call) -> Reply:
        raise UnknownMetric("Unknown metric: x")

    reply = endpoint(answer, _telemetry())({}, Invocation("an-invocation"))

    assert reply["statusCode"] == 404
    assert json.loads(reply["body"]) == {"error": "Unknown metric: x", "code": "unknown_metric"}
    [metric], [line] = output()
    assert "Left" in metric
    assert line["request_id"] == "an-invocation"


def test_a_bug_escapes(output: Output) -> None:
    """To Lambda, which counts it; nothing here does."""

    def answer(_call: Call) -> Reply:
        raise KeyError("bug")

    with pytest.raises(KeyError, match="bug"):
        endpoint(answer, _telemetry())({}, Invocation())

    assert output() == ([], [])


def test_whoever_answers_is_told_who_asks_and_how_long_it_may_take(output: Output) -> None:
    """The time that is left is asked for when it is needed: it passes."""
    calls: list[Call] = []

    def answer(call: Call) -> Reply:
        calls.append(call)
        return {}

    handler = endpoint(answer, _telemetry())
    context = {"credential": "api_key", "public_id": "abcdefghijkl"}
    handler({}, Invocation())
    handler(
        {"requestContext": {"authorizer": {"lambda": context}}},
        Invocation("an-invocation", milliseconds_left=1_500),
    )

    assert [call.caller for call in calls] == [
        ANYBODY,
        Caller(("api_key", "abcdefghijkl"), {"tensorzero::api_key_public_id": "abcdefghijkl"}),
    ]
    assert calls[1].time_left() == 1.5
    assert calls[1].request_id == "an-invocation"
    assert len(output()[0]) == 2


def test_a_credential_that_has_expired_is_refused_though_the_authorizer_let_it_pass(
    output: Output,
) -> None:
    """Its answer is cached."""
    context = {"credential": "api_key", "public_id": "abcdefghijkl", "expires_at": 1}

    reply = endpoint(lambda _call: {}, _telemetry())(
        {"requestContext": {"authorizer": {"lambda": context}}}, Invocation()
    )

    assert reply["statusCode"] == 401
    assert json.loads(reply["body"])["code"] == "credential_expired"
    assert len(output()[1]) == 1
