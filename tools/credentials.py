"""Keys of a deployed stack, and tokens signed with them: good ones, and forged ones."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, Self

import jwt

from feedback_cli.keys import Item, Scope, new_token_key
from tensorzero_feedback import signing
from tensorzero_feedback.signing import Algorithm, PrivateKey
from tensorzero_feedback.tokens import mint


class Keyring(Protocol):
    """Where keys are put: a deployed stack."""

    def put_key(self, item: Item) -> None:
        """Put a key into the stack's table."""

    def new_key(self, *scopes: Scope) -> str:
        """Make an API key with these scopes, or with all."""


@dataclass(frozen=True)
class TokenKey:
    """A key pair; the stack knows the public half."""

    id: str
    private: PrivateKey

    @classmethod
    def new(
        cls, stack: Keyring, algorithm: Algorithm = Algorithm.EDDSA, **attributes: object
    ) -> Self:
        """Make one, as `feedback keys create --kind token` does, with attributes more."""
        private = signing.generate(algorithm)
        item = new_token_key(algorithm, private.public_key())
        stack.put_key({**item, **attributes})
        return cls(item["id"]["S"], private)

    @property
    def public(self) -> bytes:
        """What anybody may know: the public half."""
        return signing.public_pem(self.private.public_key()).encode()

    def mint(
        self,
        *targets: str,
        author: str = "ada",
        metrics: tuple[str, ...] = ("draft_accepted",),
        once: bool = False,
        read: bool = False,
    ) -> str:
        """Sign a token as an application's server does."""
        return mint(
            signing.private_pem(self.private),
            self.id,
            author=author,
            targets=targets,
            metrics=metrics,
            expires_in=timedelta(minutes=5),
            once=once,
            read=read,
        )

    def sign(self, claims: dict[str, Any], **header: object) -> str:
        """Sign any claims, under any header."""
        algorithm, _ = signing.load_private(signing.private_pem(self.private).encode())
        return jwt.encode(claims, self.private, algorithm, {"kid": self.id, **header})


def claims(target: str, **changes: object) -> dict[str, Any]:
    """Return the claims of a token that is good, but for the changes."""
    now = int(time.time())
    good = {
        "sub": "ada",
        "aud": "tensorzero-feedback",
        "iat": now,
        "exp": now + 300,
        "targets": [target],
        "metrics": ["draft_accepted"],
    }
    return {**good, **changes}


def unsigned(
    header: dict[str, Any], payload: dict[str, Any], sign: Callable[[bytes], bytes]
) -> str:
    """Put a token together by hand, as no library would."""
    content = b".".join(_encode(json.dumps(part).encode()) for part in (header, payload))
    return b".".join((content, _encode(sign(content)))).decode()


def hmac_with(secret: bytes) -> Callable[[bytes], bytes]:
    """Sign with a secret that both sides would have to know."""
    return lambda content: hmac.digest(secret, content, "sha256")


def _encode(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
