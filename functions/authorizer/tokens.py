"""End-user tokens: JWTs that an application's server signed with a key of its own.

The library for them is loaded with this module, which the first token does.
"""

import re
from typing import Any

import jwt

from authorizer.claims import Claims, InvalidToken
from authorizer.credential import Token
from authorizer.keys import TokenKey
from shared.clock import Seconds

AUDIENCE = "tensorzero-feedback"

_HEADER = frozenset({"alg", "kid", "typ"})
"""All that a header may have: nothing that names another key or another way to read the token."""
_KID = re.compile(r"[0-9A-Za-z]{12}")
_OPTIONS: Any = {  # the library does not export their type
    "enforce_minimum_key_length": True,
    "strict_aud": True,
    "verify_exp": False,  # the times are checked with the other claims, by our own clock
    "verify_iat": False,
    "verify_nbf": False,
}


def key_id(token: Token) -> str:
    """Return the id of the key that a token names as its own. Raises InvalidToken."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as error:
        raise InvalidToken(f"The header cannot be read: {type(error).__name__}") from error
    if not header.keys() <= _HEADER:
        raise InvalidToken("The header may have alg, kid and typ only")
    kid: str = header.get("kid", "")
    if _KID.fullmatch(kid) is None:
        raise InvalidToken("kid: expected the id of a token key")
    return kid


def verify(token: Token, key: TokenKey, now: Seconds) -> Claims:
    """Read a token that the key signed, by the key's own algorithm and no other.

    Raises ExpiredToken, InvalidToken.
    """
    try:
        payload = jwt.decode(
            token, key.public_key, algorithms=[key.algorithm], audience=AUDIENCE, options=_OPTIONS
        )
    except jwt.InvalidTokenError as error:
        raise InvalidToken(f"The token is not valid: {type(error).__name__}") from error
    return Claims.parse(payload, now)
