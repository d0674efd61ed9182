"""Every reason to turn a request away, each with its stable code.

    Rejection
    ├── MalformedCredential
    ├── UnknownKey
    ├── DisabledKey
    ├── ExpiredKey
    ├── MissingScope
    ├── RouteNotForTokens
    ├── InvalidToken
    └── ExpiredToken

API Gateway answers all of them alike, and lets nobody choose the text. An operator finds the code
and the reason in the log; no reason repeats what a caller sent.
"""

from typing import ClassVar


class Rejection(Exception):
    """The request is not let through; its text says why, in TensorZero's words where they fit."""

    code: ClassVar[str]


class MalformedCredential(Rejection):
    """Neither an API key nor a token."""

    code = "malformed_credential"


class UnknownKey(Rejection):
    """No key has this id, or its secret is another; of a token, no key has its `kid`."""

    code = "unknown_key"


class DisabledKey(Rejection):
    """An operator disabled the key."""

    code = "disabled_key"


class ExpiredKey(Rejection):
    """The key was for a limited time."""

    code = "expired_key"


class MissingScope(Rejection):
    """The key is not for this route."""

    code = "missing_scope"


class RouteNotForTokens(Rejection):
    """An end-user gives feedback, and nothing else."""

    code = "route_not_for_tokens"


class InvalidToken(Rejection):
    """Not signed by its key, or not of the form that a token has."""

    code = "invalid_token"


class ExpiredToken(Rejection):
    """The token was for a limited time."""

    code = "expired_token"
