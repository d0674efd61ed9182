"""Credentials that are not valid, each with the code of the authorizer's refusal."""

import base64
import json
import time
from collections.abc import Callable
from typing import TypeAlias

from feedback_cli.keys import Item, Scope, new_api_key
from shared import uuids
from tensorzero_feedback.signing import Algorithm
from tools.credentials import Keyring, TokenKey, claims, hmac_with, unsigned

PAST: Item = {"expires_at": {"N": "1700000000"}}
DISABLED: Item = {"disabled_at": {"S": "2026-01-01T00:00:00Z"}}
SOMEBODYS = f"sk-t0-{'a' * 12}-{'b' * 48}"


class Forger:
    """Somebody who knows the API, a target, a public key and how tokens are made."""

    def __init__(self, stack: Keyring, token_key: TokenKey, target: str) -> None:
        """Take what they know."""
        self.stack, self.key, self.target = stack, token_key, target

    def api_key(self, attributes: Item) -> str:
        """Have an API key that is not what it was."""
        key, item = new_api_key(Scope)
        self.stack.put_key({**item, **attributes})
        return key

    def token(self, key: TokenKey | None = None, **changes: object) -> str:
        """Have a token whose claims were changed before it was signed."""
        return (key or self.key).sign(claims(self.target, **changes))

    def header(self, **header: object) -> str:
        """Have a good token under another header."""
        return self.key.sign(claims(self.target), **header)

    def other(self, attributes: Item | None = None) -> TokenKey:
        """Have another key pair, that the stack knows."""
        return TokenKey.new(self.stack, **(attributes or {}))

    def unsigned(self, algorithm: str, sign: Callable[[bytes], bytes]) -> str:
        """Put a token together that no library would."""
        return unsigned({"alg": algorithm, "kid": self.key.id}, claims(self.target), sign)


Forgery: TypeAlias = Callable[[Forger], str]


def _bearer(forgery: Forgery) -> Forgery:
    return lambda forger: f"Bearer {forgery(forger)}"


def _changed(token: str) -> str:
    """Grant another target than was signed."""
    header, _, signature = token.split(".")
    content = json.dumps(claims(uuids.new())).encode()
    return ".".join((header, base64.urlsafe_b64encode(content).decode().rstrip("="), signature))


def _es256(forger: Forger) -> str:
    """Sign by an algorithm that is not the key's."""
    key = TokenKey.new(forger.stack, Algorithm.ES256)
    return key.sign(claims(forger.target), kid=forger.key.id)


def _nesting() -> str:
    """Nest deeper than a parser likes."""
    return f"{base64.urlsafe_b64encode(b'[' * 5_000).decode().rstrip('=')}.e30.e30"


MALFORMED: dict[str, Forgery] = {
    "no space": lambda one: f"Bearer{one.stack.new_key()}",
    "another scheme": lambda one: f"Basic {one.stack.new_key()}",
    "two spaces": lambda one: f"Bearer  {one.stack.new_key()}",
    "no scheme": lambda one: one.stack.new_key(),
    "something behind": lambda one: f"Bearer {one.stack.new_key()} x",
    "a character less": lambda one: f"Bearer {one.stack.new_key()[:-1]}",
    "a character more": lambda one: f"Bearer {one.stack.new_key()}x",
    "a character that no key has": lambda one: f"Bearer {one.stack.new_key()[:-1]}_",
    "another prefix": lambda one: f"Bearer {one.stack.new_key().replace('t0', 't1')}",
    "no words at all": lambda _: "Bearer ....",
    "a token too long": lambda one: f"Bearer {one.token(sub='x' * 7_000)}",
    "a token without signature": lambda one: f"Bearer {one.unsigned('none', lambda _: b'')}",
}
KEYS: dict[str, tuple[str, Forgery]] = {
    "unknown": ("unknown_key", lambda _: SOMEBODYS),
    "another secret": ("unknown_key", lambda one: f"{one.stack.new_key()[:-48]}{'b' * 48}"),
    "disabled": ("disabled_key", lambda one: one.api_key(DISABLED)),
    "expired": ("expired_key", lambda one: one.api_key(PAST)),
    "a token key": ("unknown_key", lambda one: f"sk-t0-{one.key.id}-{'b' * 48}"),
}
TOKENS: dict[str, tuple[str, Forgery]] = {
    "alg none": ("invalid_token", lambda one: one.unsigned("none", lambda _: b"x")),
    "alg None": ("invalid_token", lambda one: one.unsigned("None", lambda _: b"x")),
    "signed with the public key": (
        "invalid_token",
        lambda one: one.unsigned("HS256", hmac_with(one.key.public)),
    ),
    "signed with the public key's kid": (
        "invalid_token",
        lambda one: one.unsigned("HS256", hmac_with(one.key.id.encode())),
    ),
    "not signed with its key": (
        "invalid_token",
        lambda one: one.other().sign(claims(one.target), kid=one.key.id),
    ),
    "signed by another algorithm": ("invalid_token", _es256),
    "changed after it was signed": ("invalid_token", lambda one: _changed(one.token())),
    "brings its own key": ("invalid_token", lambda one: one.header(jwk={"kty": "OKP"})),
    "says where a key is": ("invalid_token", lambda one: one.header(jku="https://example.com")),
    "brings a certificate": ("invalid_token", lambda one: one.header(x5u="https://example.com")),
    "demands an extension": ("invalid_token", lambda one: one.header(crit=["exp"])),
    "a header that nests": ("invalid_token", lambda _: _nesting()),
    "no kid": ("invalid_token", lambda one: one.header(kid="")),
    "an unknown kid": ("unknown_key", lambda one: one.header(kid="a" * 12)),
    "the kid of an API key": (
        "unknown_key",
        lambda one: one.header(kid=one.stack.new_key().split("-")[2]),
    ),
    "a disabled key": ("disabled_key", lambda one: one.token(one.other(DISABLED))),
    "an expired key": ("expired_key", lambda one: one.token(one.other(PAST))),
    "expired": ("expired_token", lambda one: one.token(exp=int(time.time()))),
    "no expiry": ("invalid_token", lambda one: one.token(exp=None)),
    "for somebody else": ("invalid_token", lambda one: one.token(aud="tensorzero")),
    "for everybody": ("invalid_token", lambda one: one.token(aud=["tensorzero-feedback"])),
    "no author": ("invalid_token", lambda one: one.token(sub="")),
    "no targets": ("invalid_token", lambda one: one.token(targets=[])),
    "every target": ("invalid_token", lambda one: one.token(targets=["*"])),
    "no metrics": ("invalid_token", lambda one: one.token(metrics=[])),
    "a vote that is not a truth value": ("invalid_token", lambda one: one.token(once="no")),
}
CASES: dict[str, tuple[str, Forgery]] = {
    **{f"malformed: {name}": ("malformed_credential", one) for name, one in MALFORMED.items()},
    **{f"key: {name}": (code, _bearer(one)) for name, (code, one) in KEYS.items()},
    **{f"token: {name}": (code, _bearer(one)) for name, (code, one) in TOKENS.items()},
}
