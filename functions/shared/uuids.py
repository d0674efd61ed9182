"""UUIDs as TensorZero reads and mints them: any spelling in, lower case with hyphens out."""

import os
import re
import time
from collections.abc import Callable
from typing import NewType

from shared.refusal import Refusal

Uuid = NewType("Uuid", str)
"""A UUID in its canonical form: 36 characters, hyphenated, lower case."""

_HYPHENATED = "-".join(f"[0-9a-fA-F]{{{digits}}}" for digits in (8, 4, 4, 4, 12))
_SPELLINGS = re.compile(
    rf"{_HYPHENATED}|[0-9a-fA-F]{{32}}|\{{{_HYPHENATED}\}}|urn:uuid:{_HYPHENATED}"
)
_RANDOM_BITS = 74
_SPARE_BITS = 80 - _RANDOM_BITS + 1  # the first bit stays 0: room for the ids that follow
_STEP_SHIFT = 80 - 32
_RANDOM_MASK = 2**_RANDOM_BITS - 1
_LOW_MASK = 2**62 - 1
_VARIANT = 2**63  # the bits 10, before the 62 last ones


class NotUuidV7(Refusal):
    """An id that cannot be an inference's or an episode's."""

    code = "not_uuid_v7"


def parse(text: str) -> Uuid | None:
    """Read a UUID of any version: hyphenated, simple, braced or urn; None if it is not one."""
    if _SPELLINGS.fullmatch(text) is None:
        return None
    digits = text.removeprefix("urn:uuid:").strip("{}").replace("-", "").lower()
    return _hyphenate(digits)


class Generator:
    """Makes UUIDv7s (RFC 9562), each greater than the one before.

    The first id of a millisecond has random bits. A further one adds a random number to them, so
    that ids keep their order and none can be guessed. The kernel gives the random bits at each
    call: a generator that is seeded would repeat itself in every environment that SnapStart
    restores, and so would one that has made an id before the snapshot.
    """

    def __init__(
        self,
        now: Callable[[], int] = time.time_ns,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """`now` returns nanoseconds since 1970, `entropy` so many random bytes."""
        self._now = now
        self._entropy = entropy
        self._last = 0

    def new(self) -> Uuid:
        """Make an id; if the clock goes back, its time is that of the id before."""
        milliseconds = self._now() // 1_000_000
        noise = int.from_bytes(self._entropy(10), "big")
        number = milliseconds << _RANDOM_BITS | noise >> _SPARE_BITS
        if number <= self._last or milliseconds == self._last >> _RANDOM_BITS:
            number = self._last + 1 + (noise >> _STEP_SHIFT)
        self._last = number
        random = number & _RANDOM_MASK
        digits = (
            f"{number >> _RANDOM_BITS:012x}7{random >> 62:03x}{_VARIANT | random & _LOW_MASK:016x}"
        )
        return _hyphenate(digits)


new = Generator().new
"""Make an id that is greater than all that this process has made before."""


def milliseconds(uuid: Uuid) -> int:
    """Return the Unix time in milliseconds that a UUIDv7 begins with.

    Raises NotUuidV7 for any other version. The variant is not checked, as in TensorZero.
    """
    if uuid[14] != "7":
        raise NotUuidV7(f"Failed to parse UUID as v7: {uuid}")
    return int(uuid[:8] + uuid[9:13], 16)


def _hyphenate(digits: str) -> Uuid:
    return Uuid(f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}")
