"""Claims of a token that is good, but for what a test changes."""

import time
from typing import Any

TARGET = "0192c4a0-7e00-7000-8000-000000000001"
ABSENT = object()


def claims(**changes: Any) -> dict[str, Any]:
    """Give the claims; ABSENT takes one away."""
    now = int(time.time())
    good = {
        "sub": "ada",
        "aud": "tensorzero-feedback",
        "iat": now,
        "exp": now + 600,
        "targets": [TARGET],
        "metrics": ["liked"],
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ABSENT}
