"""Keys as they lie in the stack's table: made here, and read by the authorizer."""

import hashlib
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self, TypeAlias

from tensorzero_feedback.signing import Algorithm, PublicKey, public_pem

Item: TypeAlias = dict[str, Any]
"""An item as DynamoDB spells it: `{"id": {"S": "…"}}`."""

_ALPHABET = string.ascii_letters + string.digits
_KINDS = {"api_key": "api", "token_key": "token"}


class Kind(StrEnum):
    """What a key is for: an application's requests, or signing end-users' tokens."""

    API = "api"
    TOKEN = "token"  # noqa: S105  # a word, not a secret


class Scope(StrEnum):
    """What an API key may do."""

    FEEDBACK_WRITE = "feedback:write"
    FEEDBACK_READ = "feedback:read"
    INFERENCES_WRITE = "inferences:write"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as operators see it: all but what proves it. Moments are of RFC 3339."""

    id: str
    kind: Kind
    scopes: list[str]
    algorithm: str | None
    description: str
    created_at: str
    expires_at: str | None
    disabled_at: str | None

    @classmethod
    def parse(cls, item: Item) -> Self:
        """Read a key's item."""
        expires_at = item.get("expires_at")
        return cls(
            id=item["id"]["S"],
            kind=Kind(_KINDS[item["kind"]["S"]]),
            scopes=sorted(item.get("scopes", {"SS": []})["SS"]),
            algorithm=item.get("algorithm", {"S": None})["S"],
            description=item["description"]["S"],
            created_at=item["created_at"]["S"],
            expires_at=expires_at and moment(datetime.fromtimestamp(int(expires_at["N"]), UTC)),
            disabled_at=item.get("disabled_at", {"S": None})["S"],
        )

    def state(self, now: datetime) -> str:
        """Return `active`, `disabled` or `expired`."""
        if self.disabled_at is not None:
            return "disabled"
        if self.expires_at is not None and self.expires_at <= moment(now):
            return "expired"
        return "active"


def new_api_key(
    scopes: Iterable[Scope], description: str = "", lifetime: timedelta | None = None
) -> tuple[str, Item]:
    """Make an API key: the text that is shown once, and the item, which does not hold it."""
    secret = _random(48)
    item = {
        **_common("api_key", description, lifetime),
        "hash": {"S": hashlib.sha256(secret.encode()).hexdigest()},
        "scopes": {"SS": sorted(set(scopes))},
    }
    return f"sk-t0-{item['id']['S']}-{secret}", item


def new_token_key(
    algorithm: Algorithm,
    public_key: PublicKey,
    description: str = "",
    lifetime: timedelta | None = None,
) -> Item:
    """Make the item of a key that tokens are verified with."""
    return {
        **_common("token_key", description, lifetime),
        "algorithm": {"S": algorithm.value},
        "public_key": {"S": public_pem(public_key)},
    }


def moment(time: datetime) -> str:
    """Write a moment as RFC 3339, in whole seconds."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def _common(kind: str, description: str, lifetime: timedelta | None) -> Item:
    now = datetime.now(UTC)
    item: Item = {
        "id": {"S": _random(12)},
        "kind": {"S": kind},
        "description": {"S": description},
        "created_at": {"S": moment(now)},
    }
    if lifetime is not None:
        item["expires_at"] = {"N": str(int((now + lifetime).timestamp()))}
    return item


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
