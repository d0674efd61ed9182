"""Who is let through on which route, and what a function learns of the caller."""

import subprocess
import sys
from dataclasses import replace
from types import FrameType
from typing import Any

import pytest

from authorizer.claims import ExpiredToken
from authorizer.keys import DisabledKey, ExpiredKey
from authorizer.rejection import Rejection
from authorizer.scopes import FOR_READERS, FOR_TOKENS, SCOPES
from authorizer.service import MissingScope, RouteNotForTokens, UnknownKey, authorize
from shared.caller import Grant, api_key_context, token_context
from shared.uuids import Uuid
from tests.support.template import ROOT
from tests.unit.authorizer.claims import NOW, TARGET, claims
from tests.unit.authorizer.conftest import KEY, KID, PUBLIC_ID, SECRET, DictKeys, Signer

FEEDBACK = "POST /feedback"
WRONG_SECRET = f"sk-t0-{PUBLIC_ID}-{'S' * 48}"


def _authorize(keys: DictKeys, credential: str, route: str = FEEDBACK) -> dict[str, Any]:
    return authorize(f"Bearer {credential}", route, keys=keys, now=NOW)


@pytest.mark.parametrize("expires_at", [None, NOW + 1])
def test_an_api_key_is_passed_on_by_its_public_id(expires_at: int | None, keys: DictKeys) -> None:
    """And when it ends, if it does."""
    keys.change(expires_at=expires_at)

    assert _authorize(keys, KEY) == api_key_context(PUBLIC_ID, expires_at)
    assert keys.looks == [PUBLIC_ID]


@pytest.mark.parametrize(
    ("key_ends", "ends"), [(None, NOW + 600), (NOW + 599, NOW + 599), (NOW + 601, NOW + 600)]
)
def test_a_token_is_passed_on_with_what_it_grants(
    key_ends: int | None, ends: int, keys: DictKeys, signer: Signer
) -> None:
    """By whom, under which key, and until when: it ends with its key, if that ends first."""
    grant = Grant(frozenset({Uuid(TARGET)}), frozenset({"liked"}), once=True, read=True)
    keys.change(expires_at=key_ends)

    context = _authorize(keys, signer.sign(claims(once=True, read=True)))

    assert context == token_context(KID, "ada", grant, ends)
    assert keys.looks == [KID]


@pytest.mark.parametrize(
    "key", [f"sk-t0-{'x' * 12}-{SECRET}", WRONG_SECRET, f"sk-t0-{KID}-{SECRET}"]
)
def test_a_key_is_known_by_both_its_parts(key: str, keys: DictKeys) -> None:
    """A wrong secret does not reveal that there is a key, not even a disabled one."""
    keys.change(disabled_at="2026-11-24T10:00:00Z")

    with pytest.raises(UnknownKey):
        _authorize(keys, key)


@pytest.mark.parametrize("key", [WRONG_SECRET, f"sk-t0-{'x' * 12}-{SECRET}"])
def test_a_secret_is_compared_in_constant_time_even_with_none(key: str, keys: DictKeys) -> None:
    """The time of an answer does not reveal which public ids there are."""
    compared = []

    def profile(_frame: FrameType, event: str, function: Any) -> None:
        if event == "c_call" and function.__name__ == "compare_digest":
            compared.append(function)

    sys.setprofile(profile)
    try:
        with pytest.raises(UnknownKey):
            _authorize(keys, key)
    finally:
        sys.setprofile(None)

    assert len(compared) == 1


@pytest.mark.parametrize(
    ("change", "refusal", "reason"),
    [
        (
            {"disabled_at": "2026-11-24T10:00:00Z", "expires_at": 0},
            DisabledKey,
            "API key was disabled at: 2026-11-24T10:00:00Z",
        ),
        ({"expires_at": 0}, ExpiredKey, "API key expired at: 0"),
        ({"expires_at": NOW}, ExpiredKey, f"API key expired at: {NOW}"),
    ],
    ids=["disabled", "expired", "expired now"],
)
def test_a_key_of_either_kind_may_be_over(
    change: dict[str, Any], refusal: type[Rejection], reason: str, keys: DictKeys, signer: Signer
) -> None:
    """Whatever else holds."""
    keys.change(**change)

    for credential in (KEY, signer.sign(claims())):
        with pytest.raises(refusal, match=f"^{reason}$"):
            _authorize(keys, credential)


@pytest.mark.parametrize("scope", sorted({scope for scope in SCOPES.values() if scope}))
@pytest.mark.parametrize("route", SCOPES)
def test_a_key_opens_the_routes_of_its_scopes(route: str, scope: str, keys: DictKeys) -> None:
    """And those that ask for none; a token opens one, and is not even looked into elsewhere."""
    keys.api_keys[PUBLIC_ID] = replace(keys.api_keys[PUBLIC_ID], scopes=frozenset({scope}))

    if SCOPES[route] in {None, scope}:
        assert _authorize(keys, KEY, route)["public_id"] == PUBLIC_ID
    else:
        with pytest.raises(MissingScope, match=f"scope {SCOPES[route]}$"):
            _authorize(keys, KEY, route)


@pytest.mark.parametrize("route", sorted(SCOPES.keys() - FOR_TOKENS))
def test_a_token_opens_no_other_route(route: str, keys: DictKeys, signer: Signer) -> None:
    """It is not even looked into there."""
    with pytest.raises(RouteNotForTokens):
        _authorize(keys, signer.sign(claims()), route)

    assert keys.looks == []


def test_a_token_opens_the_list_if_it_may_read(keys: DictKeys, signer: Signer) -> None:
    """Which it may not unless it says so."""
    assert _authorize(keys, signer.sign(claims(read=True)), FOR_READERS)["read"] is True
    assert _authorize(keys, signer.sign(claims()))["read"] is False
    for may_not in (claims(), claims(read=False)):
        with pytest.raises(RouteNotForTokens):
            _authorize(keys, signer.sign(may_not), FOR_READERS)


def test_a_route_without_an_entry_is_open_to_nobody(keys: DictKeys) -> None:
    """It is a bug, and no decision."""
    with pytest.raises(KeyError):
        _authorize(keys, KEY, "GET /new")


@pytest.mark.parametrize("kid", [PUBLIC_ID, "x" * 12])
def test_a_token_is_signed_with_a_token_key(kid: str, keys: DictKeys, signer: Signer) -> None:
    """Neither with an API key, nor with one that nobody made; its claims are read as of now."""
    with pytest.raises(UnknownKey):
        _authorize(keys, signer.sign(claims(), kid=kid))
    with pytest.raises(ExpiredToken):
        _authorize(keys, signer.sign(claims(exp=NOW)))


def test_only_a_token_loads_the_library_for_tokens() -> None:
    """A key is known without it, and so is a token for a route that takes none."""
    script = f"""
import sys
from authorizer.service import RouteNotForTokens, UnknownKey, authorize

class Nothing:
    def api_key(self, public_id): return None

for credential, refusal in (({KEY!r}, UnknownKey), ("a.b.c", RouteNotForTokens)):
    try:
        authorize(f"Bearer {{credential}}", "GET /status", keys=Nothing(), now=0)
    except refusal:
        continue
    raise AssertionError(credential)
print(*{{"jwt", "cryptography"}} & set(sys.modules))
"""
    environment = {"PYTHONPATH": str(ROOT / "functions")}
    run = subprocess.run(
        [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True
    )

    assert run.stdout.strip() == ""
