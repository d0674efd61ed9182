"""The API that feedback is given to and read from: at a URL, or of this checkout's stack."""

import json
from collections.abc import Mapping
from pathlib import Path

from feedback_cli.errors import Failure
from feedback_cli.stack import note
from tensorzero_feedback import FeedbackClient

KEY = "FEEDBACK_KEY"
"""The variable with the key or the token: on a command line, other users could see it."""


def connect(url: str, environment: Mapping[str, str], *, local: bool) -> FeedbackClient:
    """Return a client of the API. Raises Failure if it is not known where that is."""
    key = environment.get(KEY)
    if local:
        found = note(Path.cwd())
        url = json.loads(found.read_text("utf-8"))["url"]
        key = _kept(found.with_name("key"))
    if not url:
        raise Failure("Which API? Name it with --url or FEEDBACK_URL, or use --local.")
    try:
        return FeedbackClient(url, key or None)
    except ValueError as error:
        raise Failure(f"{url!r} cannot be the API: {error}.") from error


def _kept(file: Path) -> str:
    """Read the key of `make run`."""
    try:
        return file.read_text("utf-8")
    except FileNotFoundError as error:
        raise Failure("`make run` is not ready yet: it has made no key.") from error
