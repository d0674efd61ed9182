"""End users' tokens, signed where the private key is: nothing is called, nothing is stored.

It needs PyJWT only: `pip install tensorzero-feedback[tokens]`.

from tensorzero_feedback.tokens import mint

mint(private_key, "…", author="user-42", targets=[inference_id], metrics=["liked"],
     expires_in=timedelta(minutes=15))
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from tensorzero_feedback.signing import load_private

AUDIENCE = "tensorzero-feedback"
KEY_ID = re.compile(r"[0-9A-Za-z]{12}")
_SURROGATE = re.compile("[\ud800-\udfff]")
MAX_AUTHOR = 256
MAX_TARGETS = 20
MAX_METRICS = 50
MAX_LIFETIME = 366 * 24 * 60 * 60
"""How long a token may be valid, in seconds."""
MAX_TOKEN = 8 * 1024
"""The longest token that is accepted, in characters."""


def mint(  # noqa: PLR0913  # what a token says, each by its name
    private_key: str | bytes,
    key_id: str,
    *,
    author: str,
    targets: Sequence[str | UUID],
    metrics: Sequence[str],
    expires_in: timedelta,
    once: bool = False,
    read: bool = False,
) -> str:
    """Sign a token that lets `author` give these metrics on these targets, for a while.

    The private key is a PEM text, `key_id` what `feedback keys create --kind token` printed. With
    `once` a second vote of the author on the same target and metric is refused; with `read` the
    author's own feedback on the targets may be listed. Raises ValueError for what would be refused
    in any case.
    """
    algorithm, key = load_private(
        private_key.encode() if isinstance(private_key, str) else private_key
    )
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "sub": _author(author),
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + _seconds(expires_in),
        "targets": _targets(targets),
        "metrics": _metrics(metrics),
        **({"once": True} if once else {}),
        **({"read": True} if read else {}),
    }
    token = jwt.encode(claims, key, algorithm, {"kid": _key_id(key_id)})
    if len(token) > MAX_TOKEN:
        raise ValueError(f"the token would be longer than {MAX_TOKEN} characters")
    return token


def _key_id(key_id: str) -> str:
    if KEY_ID.fullmatch(key_id) is None:
        raise ValueError("a key's id has 12 letters and digits")
    return key_id


def _author(author: str) -> str:
    if not 0 < len(author) <= MAX_AUTHOR or not _is_text(author):
        raise ValueError(f"an author has 1 to {MAX_AUTHOR} characters")
    return author


def _targets(targets: Sequence[str | UUID]) -> list[str]:
    if isinstance(targets, str) or not 0 < len(targets) <= MAX_TARGETS:
        raise ValueError(f"a token has 1 to {MAX_TARGETS} targets")
    try:
        return [str(UUID(str(target))) for target in targets]
    except ValueError as error:
        raise ValueError("a target is the UUID of an inference or an episode") from error


def _metrics(metrics: Sequence[str]) -> list[str]:
    one = isinstance(metrics, str)  # of its letters, each would be a name
    if one or not 0 < len(metrics) <= MAX_METRICS or not all(map(_is_text, metrics)):
        raise ValueError(f"a token has a list of 1 to {MAX_METRICS} metrics, each with a name")
    return list(metrics)


def _is_text(value: object) -> bool:
    """Return whether it is a text, not empty, that can be written as UTF-8."""
    return isinstance(value, str) and value != "" and _SURROGATE.search(value) is None


def _seconds(expires_in: timedelta) -> int:
    seconds = int(expires_in.total_seconds())
    if not 0 < seconds <= MAX_LIFETIME:
        raise ValueError("a token is valid for a second at least and a year at most")
    return seconds
