"""The decision: a credential and a route in, what the functions are told of the caller out."""

import hashlib
import hmac
from typing import Any, TypeAlias

from authorizer.credential import Secret, Token, parse
from authorizer.errors import MissingScope, RouteNotForTokens, UnknownKey
from authorizer.keys import Keys
from authorizer.scopes import FOR_TOKENS, SCOPES

Context: TypeAlias = dict[str, Any]
"""What a function finds in `requestContext.authorizer.lambda`."""

_NOBODYS = "0" * 64
"""The hash of no secret: an unknown key is compared as any other is."""


def authorize(header: str, route: str, *, keys: Keys, now: float) -> Context:
    """Let a credential through on a route. Raises Rejection, StorageUnavailable."""
    credential = parse(header)
    if isinstance(credential, Secret):
        return _by_key(credential, route, keys=keys, now=now)
    return _by_token(credential, route, keys=keys, now=now)


def _by_key(secret: Secret, route: str, *, keys: Keys, now: float) -> Context:
    key = keys.api_key(secret.public_id)
    shown = hashlib.sha256(secret.text.encode()).hexdigest()
    same = hmac.compare_digest(shown, _NOBODYS if key is None else key.hash)
    if key is None or not same:
        raise UnknownKey("Provided API key does not exist in the database")
    key.check(now)
    scope = SCOPES[route]
    if scope is not None and scope not in key.scopes:
        raise MissingScope(f"The key has not the scope {scope}")
    lifetime = {} if key.expires_at is None else {"expires_at": key.expires_at}
    return {"credential": "api_key", "public_id": key.id, **lifetime}


def _by_token(token: Token, route: str, *, keys: Keys, now: float) -> Context:
    if route not in FOR_TOKENS:
        raise RouteNotForTokens("A token is for POST /feedback only")
    from authorizer import tokens  # noqa: PLC0415  # only a token pays for the library

    key = keys.token_key(tokens.key_id(token))
    if key is None:
        raise UnknownKey("No token key has this kid")
    key.check(now)
    claims = tokens.verify(token, key)
    return {
        "credential": "token",
        "key_id": key.id,
        "author": claims.author,
        "targets": claims.targets,
        "metrics": claims.metrics,
        "once": claims.once,
        "expires_at": min(claims.expires_at, key.expires_at or claims.expires_at),
    }
