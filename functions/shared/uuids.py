"""UUIDs as TensorZero reads and mints them: any spelling in, lower case with hyphens out."""

import os
import re
import time
from typing import NewType

from shared.refusal import Refusal

Uuid = NewType("Uuid", str)
"""A UUID in its canonical form: 36 characters, hyphenated, lower case."""

_HYPHENATED = "-".join(f"[0-9a-fA-F]{{{digits}}}" for digits in (8, 4, 4, 4, 12))
_SPELLINGS = re.compile(
    rf"{_HYPHENATED}|[0-9a-fA-F]{{32}}|\{{{_HYPHENATED}\}}|urn:uuid:{_HYPHENATED}"
)
_VARIANTS = "89ab"


class NotUuidV7(Refusal):
    """An id that cannot be an inference's or an episode's."""

    code = "not_uuid_v7"


def parse(text: str) -> Uuid | None:
    """Read a UUID of any version: hyphenated, simple, braced or urn; None if it is not one."""
    if _SPELLINGS.fullmatch(text) is None:
        return None
    digits = text.removeprefix("urn:uuid:").strip("{}").replace("-", "").lower()
    return _hyphenate(digits)


def new() -> Uuid:
    """Mint a UUIDv7 (RFC 9562): 48 bits of Unix time in milliseconds, 74 random bits.

    The random bits come from the kernel at each call: a generator seeded at import would
    repeat itself in every environment that SnapStart restores.
    """
    milliseconds = time.time_ns() // 1_000_000
    noise = os.urandom(10).hex()
    variant = _VARIANTS[int(noise[3], 16) & 3]
    return _hyphenate(f"{milliseconds:012x}7{noise[:3]}{variant}{noise[4:19]}")


def milliseconds(uuid: Uuid) -> int:
    """Return the Unix time in milliseconds that a UUIDv7 begins with.

    Raises NotUuidV7 for any other version. The variant is not checked, as in TensorZero.
    """
    if uuid[14] != "7":
        raise NotUuidV7(f"Failed to parse UUID as v7: {uuid}")
    return int(uuid[:8] + uuid[9:13], 16)


def _hyphenate(digits: str) -> Uuid:
    return Uuid(f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}")
