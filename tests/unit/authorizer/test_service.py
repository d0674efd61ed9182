"""Who is let through on which route, and what a function is told of the caller."""

import subprocess
import sys
from types import FrameType
from typing import Any

import pytest

from authorizer.claims import InvalidToken
from authorizer.keys import DisabledKey, ExpiredKey
from authorizer.rejection import Rejection
from authorizer.scopes import FOR_TOKENS, SCOPES
from authorizer.service import MissingScope, RouteNotForTokens, UnknownKey, authorize
from authorizer.tokens import ExpiredToken
from tests.support.template import ROOT
from tests.unit.authorizer.claims import TARGET, claims
from tests.unit.authorizer.conftest import KID, PUBLIC_ID, SECRET, DictKeys, Signer

NOW = 1_790_000_000.5
KEY = f"sk-t0-{PUBLIC_ID}-{SECRET}"
FEEDBACK = "POST /feedback"


def _ask(keys: DictKeys, credential: str, route: str = FEEDBACK) -> dict[str, Any]:
    return authorize(f"Bearer {credential}", route, keys=keys, now=NOW)


def test_a_function_is_told_whose_key_it_is(keys: DictKeys) -> None:
    """By the public id; and when it ends, if it does."""
    assert _ask(keys, KEY) == {"credential": "api_key", "public_id": PUBLIC_ID}

    keys.change(expires_at=1_790_000_001)
    assert _ask(keys, KEY)["expires_at"] == 1_790_000_001
    assert keys.looks == [PUBLIC_ID, PUBLIC_ID]


@pytest.mark.parametrize(
    "key", [f"sk-t0-{'x' * 12}-{SECRET}", f"sk-t0-{PUBLIC_ID}-{'S' * 48}", f"sk-t0-{KID}-{SECRET}"]
)
def test_a_key_is_known_by_both_its_parts(key: str, keys: DictKeys) -> None:
    """Another id, another secret, a token key's id."""
    with pytest.raises(UnknownKey):
        _ask(keys, key)


@pytest.mark.parametrize("public_id", [PUBLIC_ID, "x" * 12])
def test_a_secret_is_compared_in_constant_time_even_with_none(
    public_id: str, keys: DictKeys
) -> None:
    """The time of an answer does not tell which public ids there are."""
    compared = []

    def profile(_frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and function.__name__ == "compare_digest":
            compared.append(function)

    sys.setprofile(profile)
    try:
        with pytest.raises(UnknownKey):
            _ask(keys, f"sk-t0-{public_id}-{'S' * 48}")
    finally:
        sys.setprofile(None)

    assert len(compared) == 1


def test_a_disabled_key_is_refused(keys: DictKeys, signer: Signer) -> None:
    """Of either kind, whatever else holds."""
    keys.change(disabled_at="2026-11-24T10:00:00Z", expires_at=0)

    for credential in (KEY, signer.sign(claims())):
        with pytest.raises(DisabledKey, match="disabled at: 2026-11-24T10:00:00Z"):
            _ask(keys, credential)


@pytest.mark.parametrize("end", [0, 1_790_000_000])
def test_an_expired_key_is_refused(end: int, keys: DictKeys, signer: Signer) -> None:
    """On the second, of either kind."""
    keys.change(expires_at=end)

    for credential in (KEY, signer.sign(claims())):
        with pytest.raises(ExpiredKey):
            _ask(keys, credential)


def test_a_wrong_secret_does_not_learn_that_a_key_is_disabled(keys: DictKeys) -> None:
    """Nor that there is one."""
    keys.change(disabled_at="2026-11-24T10:00:00Z")

    with pytest.raises(UnknownKey):
        _ask(keys, f"sk-t0-{PUBLIC_ID}-{'S' * 48}")


@pytest.mark.parametrize("scope", ["feedback:write", "feedback:read", "inferences:write"])
def test_a_key_opens_the_routes_of_its_scopes(scope: str, keys: DictKeys) -> None:
    """And those that ask for none."""
    held = keys.api_keys[PUBLIC_ID]
    keys.api_keys[PUBLIC_ID] = type(held)(held.id, None, None, held.hash, frozenset({scope}))

    for route, asked in SCOPES.items():
        if asked in {None, scope}:
            assert _ask(keys, KEY, route)["public_id"] == PUBLIC_ID
        else:
            with pytest.raises(MissingScope, match=asked):
                _ask(keys, KEY, route)


def test_a_route_that_nobody_has_thought_of_is_open_to_nobody(keys: DictKeys) -> None:
    """It is a bug, and no decision."""
    with pytest.raises(KeyError):
        _ask(keys, KEY, "GET /new")


def test_a_function_is_told_what_a_token_grants(keys: DictKeys, signer: Signer) -> None:
    """Just that, by whom, under which key, and until when."""
    end = claims()["exp"]

    assert _ask(keys, signer.sign(claims(once=True, exp=end))) == {
        "credential": "token",
        "key_id": KID,
        "author": "ada",
        "targets": [TARGET],
        "metrics": ["liked"],
        "once": True,
        "expires_at": end,
    }
    assert keys.looks == [KID]


def test_a_token_ends_with_its_key(keys: DictKeys, signer: Signer) -> None:
    """If that ends first."""
    end = claims()["exp"]
    for of_key, told in ((end - 1, end - 1), (end + 1, end)):
        keys.change(expires_at=of_key)
        assert _ask(keys, signer.sign(claims(exp=end)))["expires_at"] == told


@pytest.mark.parametrize("route", SCOPES.keys() - FOR_TOKENS)
def test_a_token_opens_no_other_route(route: str, keys: DictKeys, signer: Signer) -> None:
    """And is not even looked into there."""
    with pytest.raises(RouteNotForTokens):
        _ask(keys, signer.sign(claims()), route)

    assert keys.looks == []


@pytest.mark.parametrize("kid", [PUBLIC_ID, "x" * 12])
def test_a_token_is_signed_with_a_token_key(kid: str, keys: DictKeys, signer: Signer) -> None:
    """Neither with an API key, nor with one that nobody made."""
    with pytest.raises(UnknownKey):
        _ask(keys, signer.sign(claims(), kid=kid))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"exp": 1_700_000_000}, ExpiredToken),
        ({"aud": "x"}, InvalidToken),
        ({"sub": 5}, InvalidToken),
    ],
)
def test_a_bad_token_is_refused(
    changes: dict[str, Any], refusal: type[Rejection], keys: DictKeys, signer: Signer
) -> None:
    """tests/unit/authorizer/test_tokens.py has all the ways."""
    with pytest.raises(refusal):
        _ask(keys, signer.sign(claims(**changes)))


def test_only_a_token_loads_the_library_for_tokens() -> None:
    """A key is known without it, and so is a token for a route that takes none."""
    script = f"""
import sys
from authorizer.errors import RouteNotForTokens, UnknownKey
from authorizer.service import authorize

class Nothing:
    def api_key(self, public_id): return None

for credential, refusal in (({KEY!r}, UnknownKey), ("a.b.c", RouteNotForTokens)):
    try:
        authorize(f"Bearer {{credential}}", "GET /status", keys=Nothing(), now=0)
    except refusal:
        continue
    raise AssertionError(credential)
assert not {{"jwt", "cryptography"}} & set(sys.modules)
"""
    subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(ROOT / "functions")}, check=True
    )
