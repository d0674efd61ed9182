"""Access to the stack of `make run`: its key, and a note for the `feedback` command."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from feedback_cli.keys import Key
from tools.emulator import REGION
from tools.stack import NAME, Stack


def key(stack: Stack, home: Path) -> str:
    """Return the key of earlier runs while it is active, or make a new one with every scope."""
    now = datetime.now(UTC)
    keys = [Key.parse(item) for item in stack.items("ApiKey")]
    file = home / "key"
    if file.exists():
        kept = file.read_text("utf-8")
        if any(one.id in kept.split("-") and one.state(now) == "active" for one in keys):
            return kept
    made = stack.new_key(description="make run")
    file.touch(mode=0o600)
    file.write_text(made, "utf-8")
    return made


@contextmanager
def noted(stack: Stack, home: Path) -> Iterator[None]:
    """Leave a note of where the stack is, for as long as the block lasts."""
    file = home / "stack.json"
    note = {"endpoint": stack.aws.endpoint, "region": REGION, "stack": NAME, "url": stack.url}
    file.write_text(json.dumps(note), "utf-8")
    try:
        yield
    finally:
        file.unlink()
