"""The Authorization header: TensorZero's API key, or an end-user's token."""

import re
from dataclasses import dataclass
from typing import NewType

from authorizer.rejection import Rejection

MAX_TOKEN = 8 * 1024
"""The longest token that is read, in characters."""

Token = NewType("Token", str)
"""A text in the form of a token: three parts of base64url with dots between them."""

_SCHEME = "bearer "  # in any case, as HTTP has it
_API_KEY = re.compile(r"sk-t0-([0-9A-Za-z]{12})-([0-9A-Za-z]{48})")
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


class MalformedCredential(Rejection):
    """Neither an API key nor a token."""

    code = "malformed_credential"


@dataclass(frozen=True, slots=True)
class Secret:
    """An API key as its holder shows it."""

    public_id: str
    text: str


def parse(header: str) -> Secret | Token:
    """Read the header; a key and a token differ in form. Raises MalformedCredential."""
    if header[: len(_SCHEME)].lower() != _SCHEME:
        raise MalformedCredential("Authorization header must start with 'Bearer '")
    credential = header[len(_SCHEME) :]
    if len(credential) > MAX_TOKEN:
        raise MalformedCredential(f"A credential has at most {MAX_TOKEN} characters")
    if key := _API_KEY.fullmatch(credential):
        return Secret(*key.groups())
    if _TOKEN.fullmatch(credential):
        return Token(credential)
    raise MalformedCredential(
        "Neither a token nor an API key: API key must be of the form `sk-t0-<public_id>-<long_key>`"
    )
