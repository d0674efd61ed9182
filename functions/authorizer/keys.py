"""The keys that operators made, and the table in which they are looked up."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from authorizer.rejection import Rejection
from shared.clock import Seconds
from shared.dynamodb import outages
from shared.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DisabledKey(Rejection):
    """An operator disabled the key."""

    code = "disabled_key"


class ExpiredKey(Rejection):
    """The key was made for a limited time, which is over."""

    code = "expired_key"


@dataclass(frozen=True, slots=True)
class Key:
    """What both kinds of keys have."""

    id: str
    expires_at: int | None
    """Unix seconds; None: never."""
    disabled_at: str | None

    def check(self, now: Seconds) -> None:
        """Raise DisabledKey or ExpiredKey if the key is no longer valid."""
        if self.disabled_at is not None:
            raise DisabledKey(f"API key was disabled at: {self.disabled_at}")
        if self.expires_at is not None and self.expires_at <= now:
            raise ExpiredKey(f"API key expired at: {self.expires_at}")


@dataclass(frozen=True, slots=True)
class ApiKey(Key):
    """What an application authenticates with."""

    hash: str
    """SHA-256 of the secret part, in hexadecimal digits."""
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class TokenKey(Key):
    """What verifies the tokens that an application's server signs."""

    algorithm: str
    public_key: str
    """PEM."""


class Keys(Protocol):
    """Where keys are looked up. A key of the other kind is not found."""

    def api_key(self, public_id: str) -> ApiKey | None:
        """Find an API key by its public id."""

    def token_key(self, kid: str) -> TokenKey | None:
        """Find a token key by the `kid` of a token."""


@dataclass(frozen=True, slots=True)
class DynamoKeys:
    """Keys in a DynamoDB table; reads are strongly consistent: a disabled key is refused."""

    client: "DynamoDBClient"
    table: str

    def api_key(self, public_id: str) -> ApiKey | None:
        """Find an API key by its public id. Raises StorageUnavailable."""
        item = self._get(public_id, "api_key")
        if item is None:
            return None
        scopes = frozenset(item["scopes"]["SS"])
        return ApiKey(*_common(item), hash=item["hash"]["S"], scopes=scopes)

    def token_key(self, kid: str) -> TokenKey | None:
        """Find a token key by the `kid` of a token. Raises StorageUnavailable."""
        item = self._get(kid, "token_key")
        if item is None:
            return None
        algorithm, public_key = item["algorithm"]["S"], item["public_key"]["S"]
        return TokenKey(*_common(item), algorithm=algorithm, public_key=public_key)

    def _get(self, key_id: str, kind: str) -> Item | None:
        with outages():
            answer = self.client.get_item(
                TableName=self.table, Key={"id": {"S": key_id}}, ConsistentRead=True
            )
        item: Item | None = answer.get("Item")  # type: ignore[assignment]  # the stubs are stricter
        return item if item is not None and item["kind"] == {"S": kind} else None


def _common(item: Item) -> tuple[str, int | None, str | None]:
    expires_at = int(item["expires_at"]["N"]) if "expires_at" in item else None
    disabled_at = item["disabled_at"]["S"] if "disabled_at" in item else None
    return item["id"]["S"], expires_at, disabled_at
