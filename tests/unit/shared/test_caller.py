"""The caller: what the authorizer writes of one is what a function reads."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.caller import (
    ANYBODY,
    Caller,
    Context,
    CredentialExpired,
    Grant,
    api_key_context,
    caller,
    token_context,
)
from tests.unit.fakes import uuid7

NOW = 1_790_000_000
GRANTS = st.builds(
    Grant,
    st.frozensets(st.integers(0, 9).map(lambda rest: uuid7(NOW, rest))),
    st.frozensets(st.text()),
    st.booleans(),
    st.booleans(),
)
CONTEXTS = {
    "API key": lambda expires_at: api_key_context("abcdefghijkl", expires_at),
    "token": lambda expires_at: token_context(
        "mnopqrstuvwx", "ada", Grant(frozenset(), frozenset(), once=False), expires_at
    ),
}


def _event(context: Context) -> dict[str, Any]:
    return {"requestContext": {"authorizer": {"lambda": context}}}


@pytest.mark.parametrize("event", [{}, {"requestContext": {}}, {"headers": {"authorization": "x"}}])
def test_without_an_authorizer_it_is_anybody(event: dict[str, Any]) -> None:
    """Authentication is off, or the function was invoked directly."""
    assert caller(event, NOW) == ANYBODY


@given(st.text(), st.none() | st.integers(NOW + 1, 2**53))
def test_an_api_keys_context_is_read_back(public_id: str, expires_at: int | None) -> None:
    """Its public id is stored with what it writes."""
    assert caller(_event(api_key_context(public_id, expires_at)), NOW) == Caller(
        ("api_key", public_id), {"tensorzero::api_key_public_id": public_id}
    )


@given(st.text(), st.text(), GRANTS, st.integers(NOW + 1, 2**53))
def test_a_tokens_context_is_read_back(
    key_id: str, author: str, grant: Grant, expires_at: int
) -> None:
    """Author and key are stored; the identity is the author's, whichever key signed."""
    assert caller(_event(token_context(key_id, author, grant, expires_at)), NOW) == Caller(
        ("token", author),
        {"tensorzero::token_key_id": key_id, "tensorzero::token_author": author},
        grant,
    )


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("expires_at", [0, NOW - 1, NOW])
def test_a_credential_that_has_ended_is_refused(context: str, expires_at: int) -> None:
    """Though the authorizer's answer is still cached; a second before, it is valid."""
    event = _event(CONTEXTS[context](expires_at))

    assert caller(event, expires_at - 1).identity
    with pytest.raises(CredentialExpired):
        caller(event, NOW)


@pytest.mark.parametrize("flag", ["once", "read"])
@pytest.mark.parametrize("value", [True, False])
def test_values_of_the_context_may_arrive_as_texts(flag: str, value: bool) -> None:
    """API Gateway passes numbers and booleans either way."""
    context = CONTEXTS["token"](NOW + 1)
    spelled = {**context, flag: str(value).lower(), "expires_at": str(NOW + 1)}

    read = caller(_event(spelled), NOW)

    assert read == caller(_event({**context, flag: value}), NOW)
    assert read.grant is not None
    assert getattr(read.grant, flag) is value
    with pytest.raises(CredentialExpired):
        caller(_event(spelled), NOW + 1)


def test_a_context_from_before_the_claim_read_is_read() -> None:
    """API Gateway may have kept it over an update: it allows what it did."""
    context = CONTEXTS["token"](NOW + 1)
    del context["read"]

    read = caller(_event(context), NOW)

    assert read.grant == Grant(frozenset(), frozenset(), once=False, read=False)
