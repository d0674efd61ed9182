"""What the command shows: tables for people, JSON for programs, secrets by themselves."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table

from feedback_cli.errors import Failure
from feedback_cli.keys import Key

_WIDE = 200
"""Columns of what is written to something else than a terminal."""


def say(text: str) -> None:
    """Write the answer. Raises Failure if it cannot be written."""
    with _writing():
        sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """Write a remark for a person, which is not part of the answer; nowhere if stderr is closed."""
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")


def require() -> None:
    """Raise Failure if nobody would see the answer: before anything is made that it must show."""
    if sys.stdout is None:
        raise Failure("The answer cannot be written: standard output is closed.")


def document(value: object) -> None:
    """Write the answer as JSON."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def described(key: Key) -> dict[str, Any]:
    """Give a key for JSON."""
    return {**asdict(key), "state": key.state(datetime.now(UTC))}


def line(value: object) -> None:
    """Write a part of the answer as JSON in one line."""
    say(json.dumps(value, ensure_ascii=False))


def keys(rows: Iterable[Key], *, aside: bool = False) -> None:
    """Write a table of keys; `aside` where the answer is something else. Raises Failure."""
    table = Table(box=None, pad_edge=False)
    for name in ("ID", "Kind", "May", "Description", "Created", "Expires", "State"):
        table.add_column(name, overflow="fold")
    for key in rows:
        table.add_row(
            key.id,
            key.kind,
            " ".join(key.scopes) or f"sign tokens by {key.algorithm}",
            printable(key.description),
            key.created_at,
            key.expires_at or "never",
            key.state(datetime.now(UTC)),
        )
    draw(table, aside=aside)


def draw(drawn: RenderableType, *, aside: bool = False) -> None:
    """Write a table or the like; `aside` where the answer is something else. Raises Failure."""
    stream = sys.stderr if aside else sys.stdout
    with _writing():
        width = None if stream is None or stream.isatty() else _WIDE
        Console(file=stream, width=width, markup=False, emoji=False, highlight=False).print(drawn)


def printable(text: str) -> str:
    """Replace what could steer the terminal."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


@contextmanager
def _writing() -> Iterator[None]:
    """Say what is in the way: a full disk, a closed pipe, an encoding without these letters."""
    require()
    try:
        yield
        sys.stdout.flush()
    except (OSError, UnicodeError) as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)  # for what Python still writes when it ends
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        raise Failure(f"The answer cannot be written: {error}.") from error
