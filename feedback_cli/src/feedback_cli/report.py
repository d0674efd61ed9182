"""What `feedback give` shows of lines: a bar while they are sent, and those that were refused."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from feedback_cli.giving import Report
from feedback_cli.lines import Line
from feedback_cli.output import printable
from tensorzero_feedback import FeedbackError, Outcome


@contextmanager
def bar(descriptor: int) -> Iterator[Callable[[Report], None]]:
    """Show a bar on standard error, if that is a terminal; yield what moves it.

    It knows how much there is if the lines come from a file.
    """
    columns = (BarColumn(), TextColumn("{task.description}"))
    terminal = Console(stderr=True)
    shown = sys.stderr is not None and terminal.is_terminal
    with Progress(*columns, console=terminal, transient=True, disable=not shown) as progress:
        task = progress.add_task("", total=_size(descriptor))

        def move(report: Report) -> None:
            progress.update(task, completed=report.end, description=report.summary())

        yield move


def _size(descriptor: int) -> int | None:
    found = os.fstat(descriptor)
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def refusals(refused: Sequence[tuple[int, FeedbackError]]) -> Table:
    """Draw what was not accepted."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Line", justify="right")
    for name in ("Status", "Code", "Reason"):
        table.add_column(name, overflow="fold")
    for number, error in refused:
        reason = f"It may be stored. {error.detail}" if error.may_be_stored else error.detail
        table.add_row(str(number), str(error.status or ""), error.code, printable(reason))
    return table


def described(line: Line, outcome: Outcome) -> dict[str, Any]:
    """Give what became of a line, for JSON."""
    error = outcome.error
    if error is None:
        return {"line": line.number, "feedback_id": outcome.id}
    return {
        "line": line.number,
        "status": error.status,
        "code": error.code,
        "error": error.detail,
        "may_be_stored": error.may_be_stored,
    }
