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


def _refuse(_call: Call) -> Reply:
    raise UnknownMetric("Unknown metric: x")


@pytest.mark.parametrize(
    ("event", "status", "code"),
    [({}, 404, "unknown_metric"), (_event(1), 401, "credential_expired")],
    ids=["refused", "expired"],
)
def test_a_refusal_becomes_a_response(
    output: Output, event: dict[str, Any], status: int, code: str
) -> None:
    """Counted, and logged with the invocation's id; the authorizer's answer may be outdated."""
    reply = endpoint(_refuse, _telemetry())(event, Invocation("an-id"))

    assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (status, code)
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
