"""Endpoints: a refusal becomes a response, a bug does not."""

import json
from typing import Any

import pytest

from feedback.kinds.registry import UnknownMetric
from shared.caller import ANYBODY, api_key_context
from shared.endpoint import Call, endpoint
from shared.http import Reply
from shared.telemetry import Telemetry
from tests.unit.conftest import Output
from tests.unit.fakes import Invocation

REPLY: Reply = {"statusCode": 200, "body": "{}"}


def _telemetry() -> Telemetry:
    return Telemetry("a-service", accepted="Accepted", refused="Refused")


def _event(expires_at: int | None) -> dict[str, Any]:
    context = api_key_context("abcdefghijkl", expires_at)
    return {"requestContext": {"authorizer": {"lambda": context}}}


def test_a_call_is_answered_and_counted(output: Output) -> None:
    """It has the event, the caller, the invocation's id, and the time that is left now."""
    calls: list[Call] = []

    def answer(call: Call) -> Reply:
        calls.append(call)
        return REPLY

    handler = endpoint(answer, _telemetry())
    events = [{"a": 1}, _event(None)]
    replies = [handler(event, Invocation("an-id", milliseconds_left=1_500)) for event in events]

    assert replies == [REPLY, REPLY]
    assert [call.event for call in calls] == events
    assert calls[0].caller == ANYBODY
    assert calls[1].caller.identity == ("api_key", "abcdefghijkl")
    assert (calls[0].time_left(), calls[0].request_id) == (1.5, "an-id")
    metrics, lines = output()
    assert [metric["Accepted"] for metric in metrics] == [[1.0], [1.0]]
    assert lines == []


def test_a_refusal_becomes_a_response(output: Output) -> None:
    """It is counted, and logged with the invocation's id."""

    def answer(_call: Call) -> Reply:
        raise UnknownMetric("Unknown metric: x")

    reply = endpoint(answer, _telemetry())({}, Invocation("an-id"))

    assert reply["statusCode"] == 404
    assert json.loads(reply["body"]) == {"error": "Unknown metric: x", "code": "unknown_metric"}
    [metric], [line] = output()
    assert metric["Refused"] == [1.0]
    assert line["request_id"] == "an-id"


def test_a_bug_escapes(output: Output) -> None:
    """To Lambda, which counts it; nothing here does."""

    def answer(_call: Call) -> Reply:
        raise KeyError("bug")

    with pytest.raises(KeyError, match="bug"):
        endpoint(answer, _telemetry())({}, Invocation())

    assert output() == ([], [])


def test_an_expired_credential_is_refused_though_the_authorizer_accepted_it(
    output: Output,
) -> None:
    """The authorizer's answer is cached; whoever answers is not asked."""
    handler = endpoint(lambda _: pytest.fail("asked"), _telemetry())

    reply = handler(_event(1), Invocation())

    assert reply["statusCode"] == 401
    assert json.loads(reply["body"])["code"] == "credential_expired"
    assert len(output()[1]) == 1
