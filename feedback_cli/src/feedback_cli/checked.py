"""What `feedback aggregates check` shows of what it has found."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from feedback_cli.output import printable

if TYPE_CHECKING:
    from feedback_cli.recount.check import Checked

SHOWN = 100
"""How many differences are drawn."""
NAMED = 20
"""How many rows are named that cannot be counted."""
UNKNOWN = 3
"""The exit code where it is not known of all places whether they differ."""


def described(checked: "Checked") -> dict[str, Any]:
    """Give it for JSON."""
    return {
        "generation": checked.generation,
        "feedback_count": checked.feedback,
        "differences": [one.described() for one in checked.differences],
        "more": checked.more,
        "moving": checked.moving,
        "unreadable": [*_spelled(checked.refused)],
    }


def table(checked: "Checked") -> Table:
    """Draw the differences; a column that would be empty is left out."""
    names = ("Function", "Metric", "Kind", "Level", "Variant", "Period", "Target", "What")
    shown = checked.differences[:SHOWN]
    columns = [*zip(names, zip(*(one.where for one in shown), strict=True), strict=True)]
    drawn = Table(box=None, pad_edge=False)
    for name, cells in columns:
        if any(cells):
            drawn.add_column(name, overflow="fold")
    for name in ("Expected", "Found"):
        drawn.add_column(name, overflow="fold", justify="right")
    for number, one in enumerate(shown):
        where = [cells[number] for _, cells in columns if any(cells)]
        drawn.add_row(*map(printable, (*where, one.expected, one.found)))
    return drawn


def remarks(checked: "Checked") -> Iterator[str]:
    """Yield what is to be said besides; the last is the sum of it."""
    if len(checked.differences) > SHOWN:
        yield f"And {len(checked.differences) - SHOWN:,} more differences: --json lists them."
    if checked.more:
        yield f"{checked.more:,} more have been found and are not listed."
    yield from named(checked.refused)
    if checked.moving:
        yield (
            f"{checked.moving:,} places changed from look to look, so nothing can be said of them:"
            " check again when less feedback comes."
        )
    if checked.left:
        yield f"{checked.left:,} items of other generations are left: a rebuild deletes them."
    differences = len(checked.differences) + checked.more
    yield f"{differences:,} differences; {checked.feedback:,} feedbacks were compared."


def exit_code(checked: "Checked") -> int:
    """Return 1 if anything differs, UNKNOWN if nothing does but not all could be judged."""
    if checked.differences:
        return 1
    return UNKNOWN if checked.moving else 0


def named(refused: Mapping[str, str]) -> Iterator[str]:
    """Name rows that cannot be counted."""
    rows = [*_spelled(refused)]
    for row in rows[:NAMED]:
        yield f"Cannot be counted: {printable(row)}"
    if len(rows) > NAMED:
        yield f"And {len(rows) - NAMED:,} more that cannot be counted."


def _spelled(refused: Mapping[str, str]) -> Iterator[str]:
    for what, why in sorted(refused.items()):
        yield f"{what}: {why}"
