"""The Authorization header: TensorZero's API key, or an end-user's token."""

import re
from dataclasses import dataclass
from typing import NewType

from authorizer.errors import MalformedCredential

MAX_TOKEN = 8 * 1024
"""The longest token that is looked into, in characters."""

Token = NewType("Token", str)
"""A text of a token's form: three parts of base64url between dots."""

_SCHEME = "Bearer "
_API_KEY = re.compile(r"sk-t0-([0-9A-Za-z]{12})-([0-9A-Za-z]{48})")
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Secret:
    """An API key as its holder shows it."""

    public_id: str
    text: str


def parse(header: str) -> Secret | Token:
    """Tell a key from a token by its form. Raises MalformedCredential."""
    if not header.startswith(_SCHEME):
        raise MalformedCredential("Authorization header must start with 'Bearer '")
    credential = header.removeprefix(_SCHEME)
    if len(credential) > MAX_TOKEN:
        raise MalformedCredential(f"A credential has at most {MAX_TOKEN} characters")
    if key := _API_KEY.fullmatch(credential):
        return Secret(*key.groups())
    if _TOKEN.fullmatch(credential):
        return Token(credential)
    raise MalformedCredential(
        "Neither a token nor an API key: API key must be of the form `sk-t0-<public_id>-<long_key>`"
    )
