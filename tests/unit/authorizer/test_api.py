"""The authorizer as API Gateway calls it: what it answers, counts and logs."""

from typing import Any, Never

import pytest

from authorizer.api import build
from authorizer.keys import ApiKey, TokenKey
from shared.dynamodb import StorageUnavailable
from tests.unit.authorizer.conftest import PUBLIC_ID, SECRET, DictKeys
from tests.unit.conftest import Output
from tests.unit.fakes import Invocation

KEY = f"sk-t0-{PUBLIC_ID}-{SECRET}"


class NoKeys:
    """A table that does not answer."""

    def api_key(self, _public_id: str) -> ApiKey | None:
        """Fail."""
        self._fail()

    def token_key(self, _kid: str) -> TokenKey | None:
        """Fail."""
        self._fail()

    def _fail(self) -> Never:
        raise StorageUnavailable from TimeoutError("SECRET")


def _event(credential: str, route: str = "POST /feedback") -> dict[str, Any]:
    """Make the event of format 2.0, as far as it is read, with a header that is not."""
    return {
        "version": "2.0",
        "type": "REQUEST",
        "identitySource": [f"Bearer {credential}", route],
        "routeKey": route,
        "headers": {"authorization": "Bearer of nothing"},
    }


def test_who_is_let_through_is_told_to_the_function(keys: DictKeys, output: Output) -> None:
    """In the simple form that an HTTP API takes; counted, and not logged."""
    decision = build(keys, lambda: 0)(_event(KEY), Invocation())

    assert decision == {
        "isAuthorized": True,
        "context": {"credential": "api_key", "public_id": PUBLIC_ID},
    }
    [metric], lines = output()
    assert metric["CredentialAccepted"] == [1.0]
    assert lines == []


def test_who_is_not_let_through_is_told_nothing_and_an_operator_everything(
    keys: DictKeys, output: Output
) -> None:
    """A line with the code and the reason, and not with the credential."""
    decision = build(keys, lambda: 0)(_event(KEY, "POST /internal/inferences"), Invocation())

    assert decision == {"isAuthorized": False}
    [metric], [line] = output()
    assert metric["CredentialRefused"] == [1.0]
    assert (line["level"], line["service"], line["code"]) == ("INFO", "authorizer", "missing_scope")
    assert line["reason"] == "The key has not the scope inferences:write"
    assert line["request_id"] == Invocation().aws_request_id
    assert SECRET not in str(line)


def test_the_clock_is_asked_each_time(keys: DictKeys, output: Output) -> None:
    """A key expires while the function lives."""
    keys.change(expires_at=100)
    moments = iter([99.0, 100.0])
    handler = build(keys, lambda: next(moments))

    decisions = [handler(_event(KEY), Invocation())["isAuthorized"] for _ in range(2)]

    assert decisions == [True, False]
    output()


def test_an_outage_is_no_refusal(output: Output) -> None:
    """It is raised: API Gateway answers 500, and does not keep it as a decision."""
    with pytest.raises(StorageUnavailable):
        build(NoKeys(), lambda: 0)(_event(KEY), Invocation())

    [metric], [line] = output()
    assert metric["StorageUnavailable"] == [1.0]
    assert (line["level"], line["code"]) == ("WARNING", "storage_unavailable")
    assert "SECRET" not in str(line)
