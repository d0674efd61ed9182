"""Bars on standard error, for what takes its time; they are gone when it is done."""

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from feedback_cli.output import printable

Move: TypeAlias = Callable[[int, int | None, str], None]
"""Takes how much is done, of how much if that is known, and what to say beside the bar."""


@contextmanager
def bar() -> Iterator[Move]:
    """Show a bar if standard error is a terminal; yield what moves it."""
    columns = (BarColumn(), TextColumn("{task.description}", markup=False))
    terminal = Console(stderr=True)
    shown = sys.stderr is not None and terminal.is_terminal
    with Progress(*columns, console=terminal, transient=True, disable=not shown) as progress:
        task = progress.add_task("", total=None)

        def move(done: int, total: int | None, text: str) -> None:
            progress.update(task, completed=done, total=total, description=printable(text))

        yield move


def size(descriptor: int) -> int | None:
    """Return how many bytes a file has; None if it is no file, and nobody knows."""
    found = os.fstat(descriptor)
    return found.st_size if stat.S_ISREG(found.st_mode) else None
