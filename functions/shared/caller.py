"""Who calls: the authorizer's context, as the authorizer writes it and the functions read it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, TypeAlias

from shared.clock import Seconds
from shared.refusal import Refusal
from shared.reserved import AUTHOR, KEY_ID, PUBLIC_ID
from shared.uuids import Uuid

Context: TypeAlias = dict[str, Any]
"""What a function finds in `requestContext.authorizer.lambda`."""


class CredentialExpired(Refusal):
    """The credential was valid when the authorizer looked, and no longer is."""

    code = "credential_expired"
    status = HTTPStatus.UNAUTHORIZED


class Grant(NamedTuple):
    """All that an end user's token allows."""

    targets: frozenset[Uuid]
    metrics: frozenset[str]
    once: bool
    """Whether a second vote on the same target and metric is refused."""
    read: bool = False
    """Whether the author's own feedback on the targets is listed."""


class Caller(NamedTuple):
    """Whose request it is."""

    identity: tuple[str, ...] = ()
    """Whose idempotency keys and votes these are: empty where authentication is off.

    An end user's are the author's, whichever key signed the token: a rotation changes neither.
    """
    tags: Mapping[str, str] = {}
    """What is stored of the caller with the feedback."""
    grant: Grant | None = None
    """What a token allows; None for whoever may write everything."""


ANYBODY = Caller()
_TRUE = (True, "true")  # API Gateway may pass a boolean as its text


def api_key_context(public_id: str, expires_at: int | None) -> Context:
    """Write the context of a request with an API key."""
    lifetime = {} if expires_at is None else {"expires_at": expires_at}
    return {"credential": "api_key", "public_id": public_id, **lifetime}


def token_context(key_id: str, author: str, grant: Grant, expires_at: int) -> Context:
    """Write the context of a request with an end user's token."""
    return {
        "credential": "token",
        "key_id": key_id,
        "author": author,
        "targets": sorted(grant.targets),
        "metrics": sorted(grant.metrics),
        "once": grant.once,
        "read": grant.read,
        "expires_at": expires_at,
    }


def caller(event: Mapping[str, Any], now: Seconds) -> Caller:
    """Read the context out of an event; ANYBODY where there is no authorizer.

    The authorizer's answer is cached for a while, so the credential's end is checked again. Raises
    CredentialExpired.
    """
    authorizer = event.get("requestContext", {}).get("authorizer")
    if authorizer is None:
        return ANYBODY
    context: Context = authorizer["lambda"]
    if float(context.get("expires_at", now + 1)) <= now:
        raise CredentialExpired("TensorZero authentication error: the credential has expired")
    if context["credential"] == "token":
        key_id, author = context["key_id"], context["author"]
        targets, metrics = frozenset(context["targets"]), frozenset(context["metrics"])
        # An answer that is still cached from before this claim was known has none.
        once, read = context["once"] in _TRUE, context.get("read") in _TRUE
        grant = Grant(targets, metrics, once, read)
        return Caller(("token", author), {KEY_ID: key_id, AUTHOR: author}, grant)
    public_id = context["public_id"]
    return Caller(("api_key", public_id), {PUBLIC_ID: public_id})
