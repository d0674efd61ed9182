"""End-user tokens: JWTs that an application's server signed with a key of its own.

The library for signatures is loaded with this module, which the first token does. JWTs are read
here: a library for them loads four times as much, and knows ways to read a token that none of
ours may have.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from authorizer.claims import Claims, InvalidToken
from authorizer.credential import Token
from authorizer.keys import TokenKey
from shared.clock import Seconds

AUDIENCE = "tensorzero-feedback"
SHORTEST_RSA = 2_048
"""Bits of a key; one that is shorter could be broken."""

_HEADER = frozenset({"alg", "kid", "typ"})
"""All that a header may have: nothing that names another key or another way to read the token."""
_KID = re.compile(r"[0-9A-Za-z]{12}")
_P256 = 32
"""Bytes of each of the two numbers of an ES256 signature (RFC 7518)."""


class UnusableKey(Exception):
    """A stored key that no operator's command made: no caller's fault, and no refusal."""


def key_id(token: Token) -> str:
    """Return the id of the key that a token names as its own. Raises InvalidToken."""
    header = _header(token)
    if not header.keys() <= _HEADER:
        raise InvalidToken("The header may have alg, kid and typ only")
    kid = header.get("kid")
    if not isinstance(kid, str) or _KID.fullmatch(kid) is None:
        raise InvalidToken("kid: expected the id of a token key")
    return kid


def verify(token: Token, key: TokenKey, now: Seconds) -> Claims:
    """Read a token that the key signed, by the key's own algorithm and no other.

    Raises ExpiredToken, InvalidToken; UnusableKey.
    """
    if _header(token).get("alg") != key.algorithm:
        raise InvalidToken("alg: expected the algorithm of the token's key")
    signed, _, signature = token.rpartition(".")
    try:
        _ALGORITHMS[key.algorithm](key, signed.encode(), _decode(signature))
    except (InvalidSignature, ValueError) as error:
        raise InvalidToken(f"The token is not valid: {type(error).__name__}") from error
    payload = _document(signed.partition(".")[2])
    if payload.get("aud") != AUDIENCE:
        raise InvalidToken(f"aud: expected {AUDIENCE}")
    return Claims.parse(payload, now)


def _header(token: Token) -> dict[str, Any]:
    return _document(token.partition(".")[0])


def _document(part: str) -> dict[str, Any]:
    try:
        document = json.loads(_decode(part))
    except (ValueError, RecursionError) as error:
        raise InvalidToken(f"A part cannot be read: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise InvalidToken("A part is no JSON object")
    return document


def _decode(part: str) -> bytes:
    """Decode base64url without its padding. Raises ValueError."""
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _verify_eddsa(key: TokenKey, signed: bytes, signature: bytes) -> None:
    public = load_pem_public_key(key.public_key.encode())
    if not isinstance(public, Ed25519PublicKey):
        raise UnusableKey(key.id)
    public.verify(signature, signed)


def _verify_es256(key: TokenKey, signed: bytes, signature: bytes) -> None:
    public = load_pem_public_key(key.public_key.encode())
    if not isinstance(public, EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        raise UnusableKey(key.id)
    if len(signature) != 2 * _P256:
        raise InvalidSignature
    r, s = (int.from_bytes(part, "big") for part in (signature[:_P256], signature[_P256:]))
    public.verify(encode_dss_signature(r, s), signed, ECDSA(SHA256()))


def _verify_rs256(key: TokenKey, signed: bytes, signature: bytes) -> None:
    public = load_pem_public_key(key.public_key.encode())
    if not isinstance(public, RSAPublicKey) or public.key_size < SHORTEST_RSA:
        raise UnusableKey(key.id)
    public.verify(signature, signed, PKCS1v15(), SHA256())


_ALGORITHMS: dict[str, Callable[[TokenKey, bytes, bytes], None]] = {
    "EdDSA": _verify_eddsa,
    "ES256": _verify_es256,
    "RS256": _verify_rs256,
}
