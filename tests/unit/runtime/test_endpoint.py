"""Handlers: a refusal becomes a response, a bug does not."""

import json

import pytest

from runtime.endpoint import endpoint
from runtime.errors import UnknownMetric
from runtime.http import Event, Reply
from runtime.telemetry import Telemetry
from tests.unit.conftest import Output
from tests.unit.fakes import Invocation


def _telemetry() -> Telemetry:
    return Telemetry("a-service", accepted="Taken", refused="Left")


def test_an_answer_is_passed_on(output: Output) -> None:
    """As it is, and counted."""
    reply: Reply = {"statusCode": 200, "body": "{}"}

    handler = endpoint(lambda event: {**reply, "event": event}, _telemetry())

    assert handler({"a": 1}, Invocation()) == {**reply, "event": {"a": 1}}
    [metric], lines = output()
    assert "Taken" in metric
    assert lines == []


def test_a_refusal_becomes_a_response(output: Output) -> None:
    """It is counted and logged with the invocation's id."""

    def answer(_event: Event) -> Reply:
        raise UnknownMetric("Unknown metric: x")

    reply = endpoint(answer, _telemetry())({}, Invocation("an-invocation"))

    assert reply["statusCode"] == 404
    assert json.loads(reply["body"]) == {"error": "Unknown metric: x", "code": "unknown_metric"}
    [metric], [line] = output()
    assert "Left" in metric
    assert line["request_id"] == "an-invocation"


def test_a_bug_escapes(output: Output) -> None:
    """To Lambda, which counts it; nothing here does."""

    def answer(_event: Event) -> Reply:
        raise KeyError("bug")

    with pytest.raises(KeyError, match="bug"):
        endpoint(answer, _telemetry())({}, Invocation())

    assert output() == ([], [])
