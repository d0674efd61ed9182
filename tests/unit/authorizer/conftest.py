"""Keys that operators made, and what stands in for the table that holds them."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authorizer.credential import Token
from authorizer.keys import ApiKey, TokenKey
from shared.dynamodb import StorageUnavailable

SECRET = "s" * 48
PUBLIC_ID = "publicId0001"
KID = "tokenKey0001"
KEY = f"sk-t0-{PUBLIC_ID}-{SECRET}"


@dataclass
class DictKeys:
    """Keys in dictionaries, and which were looked up; or a table that does not answer."""

    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    token_keys: dict[str, TokenKey] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    failure: Exception | None = None

    def api_key(self, public_id: str) -> ApiKey | None:
        """Look once."""
        if self.failure:
            raise StorageUnavailable from self.failure
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


def private_key(algorithm: str) -> Any:
    """Make a private key for an algorithm."""
    if algorithm == "RS256":
        return rsa.generate_private_key(65_537, 2_048)
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


@dataclass(frozen=True)
class Signer:
    """An application's server, which has a private key."""

    algorithm: str = "EdDSA"
    private: Any = field(default_factory=lambda: private_key("EdDSA"))

    def token_key(self) -> TokenKey:
        """Return what the authorizer knows of it."""
        pem = self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        return TokenKey(KID, None, None, algorithm=self.algorithm, public_key=pem.decode())

    def sign(self, claims: dict[str, Any], **header: Any) -> Token:
        """Sign."""
        return Token(jwt.encode(claims, self.private, self.algorithm, {"kid": KID, **header}))


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
