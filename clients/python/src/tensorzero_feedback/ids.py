"""Ids for inferences and episodes that no gateway has made."""

import os
import time
import uuid
from collections.abc import Callable

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
_RANDOM = (1 << 76) - 1 ^ (0b11 << 62)


def new_id(
    now: Callable[[], int] = time.time_ns, entropy: Callable[[int], bytes] = os.urandom
) -> str:
    """Make a UUIDv7 (RFC 9562): the time in milliseconds, then random bits.

    `now` returns nanoseconds since 1970, `entropy` so many random bytes. Ids of one millisecond are
    in no particular order.
    """
    milliseconds = now() // 1_000_000
    random = int.from_bytes(entropy(10), "big") & _RANDOM
    return str(uuid.UUID(int=milliseconds << 80 | _VERSION | _VARIANT | random))
