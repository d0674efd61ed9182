"""What `feedback give` shows of lines that were refused."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from feedback_cli.lines import Line
from feedback_cli.output import printable
from tensorzero_feedback import FeedbackError, Outcome


def table(refused: Sequence[tuple[int, FeedbackError]]) -> Table:
    """Draw what was not accepted."""
    drawn = Table(box=None, pad_edge=False)
    drawn.add_column("Line", justify="right")
    for name in ("Status", "Code", "Reason"):
        drawn.add_column(name, overflow="fold")
    for number, error in refused:
        reason = f"It may be stored. {error.detail}" if error.may_be_stored else error.detail
        drawn.add_row(str(number), str(error.status or ""), error.code, printable(reason))
    return drawn


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
