"""Tokens: signed by the key that they name, by that key's own algorithm, and for us."""

import string
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from authorizer import tokens
from authorizer.claims import InvalidToken
from authorizer.credential import Token
from authorizer.tokens import UnusableKey
from tests.unit.authorizer.claims import ABSENT, NOW, claims
from tests.unit.authorizer.conftest import KID, Signer, private_key

SIGNERS = {one: Signer(one, private_key(one)) for one in ("EdDSA", "ES256", "RS256")}
STRANGERS = {one: Signer(one, private_key(one)) for one in SIGNERS}
NO_HEADERS = {
    "not base64": "x",
    "{}": "e30",
    "[]": "W10",
    '{"kid":5}': "eyJraWQiOjV9",
    '{"kid":null}': "eyJraWQiOm51bGx9",
    "[[[…": "W1tb" * 2_000,
    "not UTF-8": "_____w",
}


@pytest.mark.parametrize("known", SIGNERS)
@pytest.mark.parametrize("signed", SIGNERS)
def test_a_token_is_verified_with_its_key_and_by_no_other_algorithm(
    signed: str, known: str
) -> None:
    """A token cannot choose how it is verified."""
    token, key = SIGNERS[signed].sign(claims()), SIGNERS[known].token_key()
    if signed == known:
        assert tokens.verify(token, key, NOW).author == "ada"
        return

    with pytest.raises(InvalidToken):
        tokens.verify(token, key, NOW)


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_a_token_that_the_key_did_not_sign_is_refused(algorithm: str) -> None:
    """Though another key of the same kind did; or of which a part was changed."""
    key = SIGNERS[algorithm].token_key()
    header, payload, signature = SIGNERS[algorithm].sign(claims()).split(".")
    changed = SIGNERS[algorithm].sign(claims(sub="bob")).split(".")[1]

    assert changed != payload
    for token in (STRANGERS[algorithm].sign(claims()), f"{header}.{changed}.{signature}"):
        with pytest.raises(InvalidToken):
            tokens.verify(Token(token), key, NOW)


def test_a_key_too_short_to_be_safe_verifies_nothing() -> None:
    """No operator's command made it: it is no caller's fault, and escapes."""
    short = Signer("RS256", rsa.generate_private_key(65_537, 1_024))  # noqa: S505 - to be refused
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = short.sign(claims())

    with pytest.raises(UnusableKey):
        tokens.verify(token, short.token_key(), NOW)


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_a_key_of_another_kind_than_it_is_stored_as_verifies_nothing(algorithm: str) -> None:
    """Nor does one of another curve: no operator's command stores such a thing."""
    [other, *_] = (name for name in SIGNERS if name != algorithm)
    signer = SIGNERS[algorithm]
    key = replace(signer.token_key(), public_key=SIGNERS[other].token_key().public_key)
    with pytest.raises(UnusableKey):
        tokens.verify(signer.sign(claims()), key, NOW)


OTHERS = string.ascii_letters + string.digits + "-_"


@settings(max_examples=300)
@given(
    algorithm=st.sampled_from(sorted(SIGNERS)),
    part=st.integers(0, 2),
    cut=st.integers(0, 400),
    put=st.text(OTHERS, max_size=3),
    left_out=st.integers(0, 3),
)
def test_a_changed_token_is_refused_as_by_pyjwt(
    algorithm: str, part: int, cut: int, put: str, left_out: int
) -> None:
    """And where that accepts a change, which says the same in base64, the claims are the same."""
    signer = SIGNERS[algorithm]
    parts = signer.sign(claims()).split(".")
    at = cut % len(parts[part])
    parts[part] = parts[part][:at] + put + parts[part][at + left_out :]
    token = ".".join(parts)
    try:
        theirs = jwt.decode(
            token,
            signer.token_key().public_key,
            algorithms=[algorithm],
            audience=tokens.AUDIENCE,
            options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )["sub"]
    except (jwt.InvalidTokenError, RecursionError):
        theirs = None
    try:
        ours = tokens.verify(Token(token), signer.token_key(), NOW).author
    except InvalidToken:
        ours = None

    assert ours == theirs


@pytest.mark.parametrize(
    "audience", [ABSENT, None, "", "tensorzero", ["tensorzero-feedback"], "TENSORZERO-FEEDBACK"]
)
def test_a_token_is_for_us_alone(audience: Any, signer: Signer) -> None:
    """Not for somebody else, nor for several."""
    with pytest.raises(InvalidToken):
        tokens.verify(signer.sign(claims(aud=audience)), signer.token_key(), NOW)


def test_a_payload_that_is_no_object_is_refused(signer: Signer) -> None:
    """Though it is signed."""
    token = jwt.api_jws.PyJWS().encode(b"[]", signer.private, "EdDSA")

    with pytest.raises(InvalidToken):
        tokens.verify(Token(token), signer.token_key(), NOW)


def test_a_token_names_its_key(signer: Signer) -> None:
    """In its header, which is not believed for anything else."""
    assert tokens.key_id(signer.sign(claims())) == KID
    assert tokens.key_id(signer.sign({}, typ=None)) == KID


@pytest.mark.parametrize(
    "header",
    [
        *({"kid": kid} for kid in ("", "short", "a" * 13, "tokenKey/001", f"{KID}\n", "é" * 12)),
        {"jku": "https://example.com/keys"},
        {"jwk": {"kty": "OKP"}},
        {"x5c": ["MII"]},
        {"crit": ["exp"]},
        {"cty": "JWT"},
        {"zip": "DEF"},
    ],
    ids=str,
)
def test_a_header_says_nothing_else(header: dict[str, Any], signer: Signer) -> None:
    """It cannot say where to find a key, or how else to read the token."""
    with pytest.raises(InvalidToken):
        tokens.key_id(signer.sign(claims(), **header))


@pytest.mark.parametrize("header", NO_HEADERS)
def test_a_malformed_header_is_refused(header: str) -> None:
    """Whatever it is instead of one."""
    with pytest.raises(InvalidToken):
        tokens.key_id(Token(f"{NO_HEADERS[header]}.e30.e30"))
