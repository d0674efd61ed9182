"""Tokens: signed by the key that they name, by that key's own algorithm, for a while."""

import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authorizer import tokens
from authorizer.claims import InvalidToken
from authorizer.credential import Token
from authorizer.keys import TokenKey
from authorizer.tokens import ExpiredToken
from tests.unit.authorizer.claims import ABSENT, TARGET, claims
from tests.unit.authorizer.conftest import KID, Signer

PRIVATE: dict[str, Any] = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "RS256": rsa.generate_private_key(65537, 2048),
}
CONFUSED = [(one, other) for one in PRIVATE for other in PRIVATE if one != other]


def _key(algorithm: str) -> TokenKey:
    public = PRIVATE[algorithm].public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return TokenKey(KID, None, None, algorithm=algorithm, public_key=pem)


def _token(algorithm: str, **changes: Any) -> Token:
    return Token(jwt.encode(claims(**changes), PRIVATE[algorithm], algorithm))


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_a_token_is_verified_with_its_key(algorithm: str) -> None:
    """Ed25519, ECDSA and RSA."""
    read = tokens.verify(_token(algorithm), _key(algorithm))

    assert (read.author, read.targets, read.metrics) == ("ada", [TARGET], ["liked"])


@pytest.mark.parametrize(("signed", "known"), CONFUSED)
def test_a_token_cannot_choose_how_it_is_verified(signed: str, known: str) -> None:
    """The key's own algorithm is the only one."""
    with pytest.raises(InvalidToken):
        tokens.verify(_token(signed), _key(known))


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_a_token_of_another_key_is_refused(algorithm: str) -> None:
    """Though it is of the same kind."""
    others: dict[str, Any] = {
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "RS256": rsa.generate_private_key(65537, 2048),
    }

    with pytest.raises(InvalidToken):
        tokens.verify(Token(jwt.encode(claims(), others[algorithm], algorithm)), _key(algorithm))


def test_a_key_too_short_to_be_safe_verifies_nothing() -> None:
    """No operator's command made it: it is no caller's fault, and escapes."""
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - it is to be refused
    pem = short.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = TokenKey(KID, None, None, algorithm="RS256", public_key=pem.decode())
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode(claims(), short, "RS256")

    with pytest.raises(jwt.InvalidKeyError):
        tokens.verify(Token(token), key)


@pytest.mark.parametrize(
    "audience", [ABSENT, None, "", "tensorzero", ["tensorzero-feedback"], "TENSORZERO-FEEDBACK"]
)
def test_a_token_is_for_us_alone(audience: Any) -> None:
    """Not for somebody else, nor for several."""
    with pytest.raises(InvalidToken):
        tokens.verify(_token("EdDSA", aud=audience), _key("EdDSA"))


def test_a_token_ends_on_the_second() -> None:
    """Without leeway."""
    with pytest.raises(ExpiredToken):
        tokens.verify(_token("EdDSA", exp=int(time.time())), _key("EdDSA"))


def test_a_token_may_begin_later() -> None:
    """By `nbf`, as in any JWT."""
    with pytest.raises(InvalidToken):
        tokens.verify(_token("EdDSA", nbf=int(time.time()) + 600), _key("EdDSA"))


def test_a_clock_that_is_ahead_mints_good_tokens() -> None:
    """When a token was made is not when it is good."""
    read = tokens.verify(_token("EdDSA", iat=int(time.time()) + 600), _key("EdDSA"))

    assert read.author == "ada"


@pytest.mark.parametrize("claim", ["aud", "exp", "iat", "sub", "targets", "metrics"])
def test_a_token_without_a_claim_is_refused(claim: str) -> None:
    """Each of them is needed."""
    with pytest.raises(InvalidToken):
        tokens.verify(_token("EdDSA", **{claim: ABSENT}), _key("EdDSA"))


def test_a_token_names_its_key(signer: Signer) -> None:
    """In its header, which is not believed for anything else."""
    assert tokens.key_id(Token(signer.sign(claims()))) == KID
    assert tokens.key_id(Token(signer.sign({}, typ=None))) == KID


@pytest.mark.parametrize(
    "header",
    [
        *(
            {"kid": wrong}
            for wrong in ("", "short", "a" * 13, "tokenKey/001", f"{KID}\n", "é" * 12)
        ),
        {"jku": "https://example.com/keys"},
        {"jwk": {"kty": "OKP"}},
        {"x5u": "https://example.com/certificate"},
        {"x5c": ["MII"]},
        {"crit": ["exp"]},
        {"cty": "JWT"},
        {"zip": "DEF"},
    ],
    ids=str,
)
def test_a_header_says_nothing_else(header: dict[str, Any], signer: Signer) -> None:
    """Where to find a key, or how else to read the token, is not ours to follow."""
    with pytest.raises(InvalidToken):
        tokens.key_id(Token(signer.sign(claims(), **header)))


@pytest.mark.parametrize(
    "token",
    [
        "x.e30.e30",
        "e30.e30.e30",  # {}
        "W10.e30.e30",  # []
        "eyJraWQiOjV9.e30.e30",  # {"kid":5}
        "eyJraWQiOm51bGx9.e30.e30",  # {"kid":null}
        f"{'W1tb' * 2_000}.e30.e30",  # [[[…
        "_____w.e30.e30",  # not UTF-8
    ],
)
def test_a_header_that_is_none_is_refused(token: str) -> None:
    """It has not even the form."""
    with pytest.raises(InvalidToken):
        tokens.key_id(Token(token))


def test_a_payload_that_is_none_is_refused() -> None:
    """Though it is signed."""
    token = jwt.api_jws.PyJWS().encode(b"[]", PRIVATE["EdDSA"], "EdDSA")

    with pytest.raises(InvalidToken):
        tokens.verify(Token(token), _key("EdDSA"))
