"""Who asks: what the authorizer says of a caller, read without believing a caller anything."""

from typing import Any

import pytest

from shared.caller import ANYBODY, Caller, CredentialExpired, Grant, caller
from shared.uuids import Uuid

NOW = 1_790_000_000.0
INFERENCE = Uuid("0192c4a0-7e00-7000-8000-000000000001")
KEY = {"credential": "api_key", "public_id": "abcdefghijkl"}
TOKEN = {
    "credential": "token",
    "key_id": "mnopqrstuvwx",
    "author": "ada",
    "targets": [INFERENCE],
    "metrics": ["liked", "comment"],
    "once": True,
    "expires_at": NOW + 60,
}


def _event(context: dict[str, Any]) -> dict[str, Any]:
    return {"requestContext": {"authorizer": {"lambda": context}}}


@pytest.mark.parametrize("event", [{}, {"requestContext": {}}, {"headers": {"authorization": "x"}}])
def test_without_an_authorizer_it_is_anybody(event: dict[str, Any]) -> None:
    """Authentication is off, or the function was invoked by itself."""
    assert caller(event, NOW) == ANYBODY


def test_an_api_key_is_known_by_its_public_id() -> None:
    """Which is stored with what it writes."""
    assert caller(_event(KEY), NOW) == Caller(
        ("api_key", "abcdefghijkl"), {"tensorzero::api_key_public_id": "abcdefghijkl"}
    )


def test_a_token_is_known_by_its_author_and_grants_what_it_names() -> None:
    """Both are stored with what it writes."""
    assert caller(_event(TOKEN), NOW) == Caller(
        ("token", "ada"),
        {"tensorzero::token_key_id": "mnopqrstuvwx", "tensorzero::token_author": "ada"},
        Grant(frozenset({INFERENCE}), frozenset({"liked", "comment"}), once=True),
    )


def test_an_author_is_the_same_whichever_key_signed() -> None:
    """A rotation of keys brings no second vote, and no second row of an idempotency key."""
    rotated = {**TOKEN, "key_id": "another4key5"}

    assert caller(_event(rotated), NOW).identity == caller(_event(TOKEN), NOW).identity


@pytest.mark.parametrize("context", [KEY, TOKEN])
@pytest.mark.parametrize("expires_at", [NOW, NOW - 1, str(int(NOW))])
def test_a_credential_ends_when_it_says_so(context: dict[str, Any], expires_at: object) -> None:
    """Though the authorizer's answer is still cached."""
    with pytest.raises(CredentialExpired):
        caller(_event({**context, "expires_at": expires_at}), NOW)


def test_a_key_that_does_not_expire_does_not() -> None:
    """And one that will is good until then."""
    assert caller(_event(KEY), 1e12).identity
    assert caller(_event({**KEY, "expires_at": NOW + 0.5}), NOW).identity
