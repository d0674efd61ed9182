"""The decision: a credential and a route in, the caller's context out."""

import hashlib
import hmac

from authorizer.credential import Secret, Token, parse
from authorizer.keys import Keys
from authorizer.rejection import Rejection
from authorizer.scopes import FOR_READERS, FOR_TOKENS, SCOPES
from shared.caller import Context, Grant, api_key_context, token_context
from shared.clock import Seconds

_NO_HASH = "0" * 64
"""No secret has this hash: an unknown key is compared in the same time as a known one."""


class UnknownKey(Rejection):
    """No key has this id, or its secret is another; of a token, no key has its `kid`."""

    code = "unknown_key"


class MissingScope(Rejection):
    """The key is not for this route."""

    code = "missing_scope"


class RouteNotForTokens(Rejection):
    """An end user's token is for giving feedback; with a claim, also for reading it back."""

    code = "route_not_for_tokens"


def authorize(header: str, route: str, *, keys: Keys, now: Seconds) -> Context:
    """Let a credential through on a route. Raises Rejection, StorageUnavailable."""
    credential = parse(header)
    if isinstance(credential, Secret):
        return _by_key(credential, route, keys=keys, now=now)
    return _by_token(credential, route, keys=keys, now=now)


def _by_key(secret: Secret, route: str, *, keys: Keys, now: Seconds) -> Context:
    key = keys.api_key(secret.public_id)
    shown = hashlib.sha256(secret.text.encode()).hexdigest()
    same = hmac.compare_digest(shown, _NO_HASH if key is None else key.hash)
    if key is None or not same:
        raise UnknownKey("Provided API key does not exist in the database")
    key.check(now)
    scope = SCOPES[route]
    if scope is not None and scope not in key.scopes:
        raise MissingScope(f"The key has not the scope {scope}")
    return api_key_context(key.id, key.expires_at)


def _by_token(token: Token, route: str, *, keys: Keys, now: Seconds) -> Context:
    if route not in FOR_TOKENS:
        raise RouteNotForTokens(
            "A token is for POST /feedback and for a list of its author's own feedback"
        )
    from authorizer import tokens  # noqa: PLC0415  # only a token pays for the library

    key = keys.token_key(tokens.key_id(token))
    if key is None:
        raise UnknownKey("No token key has this kid")
    key.check(now)
    claims = tokens.verify(token, key, now)
    if route == FOR_READERS and not claims.read:
        raise RouteNotForTokens("The token has no claim `read`")
    targets, metrics = frozenset(claims.targets), frozenset(claims.metrics)
    grant = Grant(targets, metrics, claims.once, claims.read)
    expires_at = min(claims.expires_at, key.expires_at or claims.expires_at)
    return token_context(key.id, claims.author, grant, expires_at)
