"""Who asks: what the authorizer has found out about the caller."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from shared.errors import CredentialExpired
from shared.uuids import Uuid

PUBLIC_ID = "tensorzero::api_key_public_id"
KEY_ID = "tensorzero::token_key_id"
AUTHOR = "tensorzero::token_author"
"""The tags that tell whose feedback it is; no caller can set them while authentication is on."""


class Grant(NamedTuple):
    """All that an end user's token allows."""

    targets: frozenset[Uuid]
    metrics: frozenset[str]
    once: bool
    """Whether a second vote on the same target and metric is refused."""


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


def caller(event: Mapping[str, Any], now: float) -> Caller:
    """Read the authorizer's context out of an event; ANYBODY where there is no authorizer.

    The authorizer's answer is cached for a while, so the credential's end is looked at again.
    `now` is in seconds since 1970. Raises CredentialExpired.
    """
    authorizer = event.get("requestContext", {}).get("authorizer")
    if authorizer is None:
        return ANYBODY
    context: Mapping[str, Any] = authorizer["lambda"]
    if float(context.get("expires_at", now + 1)) <= now:
        raise CredentialExpired("TensorZero authentication error: the credential has expired")
    if context["credential"] == "token":
        return _end_user(context)
    public_id = context["public_id"]
    return Caller(("api_key", public_id), {PUBLIC_ID: public_id})


def _end_user(context: Mapping[str, Any]) -> Caller:
    key_id, author = context["key_id"], context["author"]
    return Caller(
        ("token", author),
        {KEY_ID: key_id, AUTHOR: author},
        Grant(frozenset(context["targets"]), frozenset(context["metrics"]), context["once"]),
    )
