"""Claims of a token that is good, but for what a test changes."""

from typing import Any

NOW = 1_790_000_000
TARGET = "0192c4a0-7e00-7000-8000-000000000001"
ABSENT = object()


def claims(**changes: Any) -> dict[str, Any]:
    """Make the claims; ABSENT takes one away."""
    good = {
        "sub": "ada",
        "aud": "tensorzero-feedback",
        "iat": NOW,
        "exp": NOW + 600,
        "targets": [TARGET],
        "metrics": ["liked"],
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ABSENT}
