"""Keys that operators made, and what stands in for the table that they lie in."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authorizer.keys import ApiKey, TokenKey

SECRET = "s" * 48
PUBLIC_ID = "publicId0001"
KID = "tokenKey0001"


@dataclass
class DictKeys:
    """Keys in dictionaries, and which were looked up."""

    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    token_keys: dict[str, TokenKey] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)

    def api_key(self, public_id: str) -> ApiKey | None:
        """Look once."""
        self.looks.append(public_id)
        return self.api_keys.get(public_id)

    def token_key(self, kid: str) -> TokenKey | None:
        """Look once."""
        self.looks.append(kid)
        return self.token_keys.get(kid)

    def change(self, **attributes: Any) -> None:
        """Change both keys."""
        self.api_keys[PUBLIC_ID] = replace(self.api_keys[PUBLIC_ID], **attributes)
        self.token_keys[KID] = replace(self.token_keys[KID], **attributes)


@dataclass(frozen=True)
class Signer:
    """An application's server, which has the private key."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def token_key(self) -> TokenKey:
        """Give what the authorizer knows of it."""
        pem = self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        return TokenKey(KID, None, None, algorithm="EdDSA", public_key=pem.decode())

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """Sign."""
        return jwt.encode(claims, self.private, "EdDSA", {"kid": KID, **header})


@pytest.fixture(scope="session")
def signer() -> Signer:
    """Make a key pair."""
    return Signer()


@pytest.fixture
def keys(signer: Signer) -> DictKeys:
    """Know one key of each kind; the API key has one scope."""
    secret = hashlib.sha256(SECRET.encode()).hexdigest()
    api_key = ApiKey(PUBLIC_ID, None, None, hash=secret, scopes=frozenset({"feedback:write"}))
    return DictKeys({PUBLIC_ID: api_key}, {KID: signer.token_key()})
