"""The authorizer as API Gateway calls it: what it answers, counts and logs."""

from typing import Any

import pytest

from authorizer.api import build
from shared.clock import Clock
from shared.dynamodb import StorageUnavailable
from tests.unit.authorizer.conftest import KEY, PUBLIC_ID, SECRET, DictKeys
from tests.unit.conftest import Output
from tests.unit.fakes import Invocation, ManualTime


def _event(route: str = "POST /feedback") -> dict[str, Any]:
    """Make the event of format 2.0, as far as it is read, with a header that is not."""
    return {
        "version": "2.0",
        "type": "REQUEST",
        "identitySource": [f"Bearer {KEY}", route],
        "routeKey": route,
        "headers": {"authorization": "Bearer of nothing"},
    }


def test_an_accepted_caller_is_passed_on_to_the_function(keys: DictKeys, output: Output) -> None:
    """In the simple form that an HTTP API takes; counted, and not logged."""
    decision = build(keys, Clock())(_event(), Invocation())

    context = {"credential": "api_key", "public_id": PUBLIC_ID}
    assert decision == {"isAuthorized": True, "context": context}
    [metric], lines = output()
    assert metric["CredentialAccepted"] == [1.0]
    assert lines == []


def test_only_an_operator_learns_why_a_caller_is_refused(keys: DictKeys, output: Output) -> None:
    """A line has the code and the reason, and not the credential."""
    decision = build(keys, Clock())(_event("POST /internal/inferences"), Invocation())

    assert decision == {"isAuthorized": False}
    [metric], [line] = output()
    assert metric["CredentialRefused"] == [1.0]
    assert line["reason"] == "The key has not the scope inferences:write"
    assert (line["level"], line["service"], line["code"]) == ("INFO", "authorizer", "missing_scope")
    assert line["request_id"] == Invocation().aws_request_id
    assert SECRET not in str(line)


@pytest.mark.usefixtures("output")
def test_a_key_expires_while_the_function_lives(keys: DictKeys) -> None:
    """The clock is asked each time."""
    time = ManualTime(99.0)
    keys.change(expires_at=100)
    handler = build(keys, time.clock())

    assert handler(_event(), Invocation())["isAuthorized"] is True
    time.moment = 100.0
    assert handler(_event(), Invocation())["isAuthorized"] is False


def test_an_outage_is_no_refusal(output: Output) -> None:
    """It is raised: API Gateway answers 500, and does not keep it as a decision."""
    with pytest.raises(StorageUnavailable):
        build(DictKeys(failure=TimeoutError("SECRET")), Clock())(_event(), Invocation())

    [metric], [line] = output()
    assert metric["StorageUnavailable"] == [1.0]
    assert (line["level"], line["code"]) == ("WARNING", "storage_unavailable")
    assert "SECRET" not in str(line)
