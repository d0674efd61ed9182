"""The Idempotency-Key of a request: a header of an IETF draft, or a field in a batch."""

import re
from collections.abc import Mapping

from shared.refusal import Refusal

HEADER = "idempotency-key"
MAX_LENGTH = 255
"""How long a key may be, in characters."""

_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_ESCAPED = re.compile(r"\\(.)")
_KEY = re.compile(rf"[ -~]{{1,{MAX_LENGTH}}}")
_BARE = re.compile(r"[!#-+\--~]*")  # a comma would be two headers that API Gateway has joined


class InvalidIdempotencyKey(Refusal):
    """An idempotency key of the wrong form."""

    code = "invalid_idempotency_key"


def from_headers(headers: Mapping[str, str]) -> str | None:
    """Read the header: a quoted string as in the draft, or bare; None if there is none.

    The two spellings of a key are the same key. Raises InvalidIdempotencyKey.
    """
    header = headers.get(HEADER)
    if header is None:
        return None
    text = header.strip()
    if quoted := _QUOTED.fullmatch(text):
        return check("Idempotency-Key", _ESCAPED.sub(r"\1", quoted[1]))
    if _KEY.fullmatch(text) and _BARE.fullmatch(text) is None:
        raise InvalidIdempotencyKey(
            "Idempotency-Key: expected one key, quoted, or bare without quotes, commas and spaces"
        )
    return check("Idempotency-Key", text)


def check(path: str, key: str) -> str:
    """Return the key if it is of the right form. Raises InvalidIdempotencyKey."""
    if _KEY.fullmatch(key) is None:
        raise InvalidIdempotencyKey(
            f"{path}: expected 1 to {MAX_LENGTH} printable ASCII characters"
        )
    return key
