"""A token's claims: what it grants. A claim of the wrong type refuses the token."""

import re
from dataclasses import dataclass
from typing import Any, Self, TypeGuard

from authorizer.rejection import Rejection
from shared import uuids
from shared.clock import DAY, Seconds
from shared.uuids import Uuid

MAX_AUTHOR = 256
MAX_TARGETS = 20
MAX_METRICS = 50

MAX_LIFETIME: Seconds = 366 * DAY
"""How far ahead a token may expire: a time in milliseconds is refused, not good for ever."""
LEEWAY: Seconds = 60.0
"""How far the clock of a server that mints tokens may be ahead."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class InvalidToken(Rejection):
    """Not signed by its key, or not of the form that a token has."""

    code = "invalid_token"


class ExpiredToken(Rejection):
    """The token was made for a limited time, which is over."""

    code = "expired_token"


@dataclass(frozen=True, slots=True)
class Claims:
    """An author may give feedback on these targets by these metrics, until a time."""

    author: str
    targets: list[Uuid]
    metrics: list[str]
    once: bool
    read: bool
    expires_at: int

    @classmethod
    def parse(cls, payload: dict[str, Any], now: Seconds) -> Self:
        """Read a token's claims; unknown ones are ignored. Raises InvalidToken, ExpiredToken.

        When it was made (`iat`) must be a time, but any will do: a server's clock may be ahead.
        """
        _moment("iat", payload.get("iat"))
        if _moment("nbf", payload.get("nbf", 0)) > now + LEEWAY:
            raise InvalidToken("nbf: the token is not valid yet")
        expires_at = int(_moment("exp", payload.get("exp")))
        if expires_at <= now:
            raise ExpiredToken("The token has expired")
        if expires_at > now + MAX_LIFETIME:
            raise InvalidToken("exp: a token is valid for a year at most, in seconds since 1970")
        return cls(
            author=_author(payload.get("sub")),
            targets=_targets(payload.get("targets")),
            metrics=_metrics(payload.get("metrics")),
            once=_boolean("once", payload.get("once", False)),
            read=_boolean("read", payload.get("read", False)),
            expires_at=expires_at,
        )


def _moment(name: str, value: object) -> Seconds:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        raise InvalidToken(f"{name}: expected seconds since 1970")
    return value


def _author(value: object) -> str:
    if not _is_text(value) or len(value) > MAX_AUTHOR:
        raise InvalidToken(f"sub: expected a text of 1 to {MAX_AUTHOR} characters")
    return value


def _targets(value: object) -> list[Uuid]:
    texts = value if isinstance(value, list) else []
    targets = [uuid for text in texts if _is_text(text) and (uuid := uuids.parse(text))]
    if not 0 < len(targets) == len(texts) <= MAX_TARGETS:
        raise InvalidToken(f"targets: expected an array of 1 to {MAX_TARGETS} UUIDs")
    return targets


def _metrics(value: object) -> list[str]:
    names = value if isinstance(value, list) else []
    if not 0 < len(names) <= MAX_METRICS or not all(map(_is_text, names)):
        raise InvalidToken(f"metrics: expected an array of 1 to {MAX_METRICS} names")
    return names


def _boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidToken(f"{name}: expected true or false")
    return value


def _is_text(value: object) -> TypeGuard[str]:
    """Whether a value is a text that is not empty and can be written as UTF-8."""
    return isinstance(value, str) and value != "" and _SURROGATE.search(value) is None
