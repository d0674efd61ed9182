"""`feedback aggregates`: its command lines, and nothing but them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from feedback_cli import output, progress
from feedback_cli.aws import failures
from feedback_cli.options import PLAIN, Json, Local, StackName
from feedback_cli.stack import DEFAULT, Stack

if TYPE_CHECKING:
    from feedback_cli.recount.difference import Difference

_SHOWN = 100
"""How many differences are drawn."""
_REFUSED = 20
"""How many rows are named that cannot be counted."""

aggregates = typer.Typer(help="What the stack has counted of its feedback.", **PLAIN)


@aggregates.command()
def check(*, stack_name: StackName = DEFAULT, local: Local = False, as_json: Json = False) -> None:
    """Count all feedback plainly, and compare. The exit code is 1 if anything is different."""
    from feedback_cli.recount.check import Check  # noqa: PLC0415 - it loads the Lambdas' modules

    output.require()
    stack = Stack.find(stack_name, Path.cwd(), local=local)
    with failures(), progress.bar() as show:
        checked = Check(stack.client, stack.aggregates(), show).run()
    if as_json:
        output.document(
            {
                "generation": checked.generation,
                "feedback_count": checked.feedback,
                "differences": [one.described() for one in checked.differences],
                "moving": checked.moving,
                "unreadable": checked.unreadable,
            }
        )
    else:
        _draw(checked.differences)
    _name(checked.unreadable)
    if checked.moving:
        output.note(
            f"{checked.moving:,} counters changed all the time, and nothing is said of them."
            " Check again when less feedback comes."
        )
    if checked.left:
        output.note(f"{checked.left:,} items of other generations: a rebuild deletes them.")
    output.note(f"{len(checked.differences):,} differences over {checked.feedback:,} feedbacks.")
    if checked.differences:
        raise typer.Exit(1)


@aggregates.command()
def rebuild(*, stack_name: StackName = DEFAULT, local: Local = False) -> None:
    """Count all feedback anew, while it comes. What is read changes when all is counted."""
    from feedback_cli.recount.rebuild import Rebuild  # noqa: PLC0415 - as above

    stack = Stack.find(stack_name, Path.cwd(), local=local)
    with failures(), progress.bar() as show:
        done = Rebuild(stack.client, stack.aggregates(), show).run()
    _name([f"{what}: {cause}" for what, cause in sorted(done.refused.items())])
    output.note(
        f"Counted {done.feedback:,} feedbacks on {done.inferences:,} inferences and their episodes."
    )
    if done.refused:
        raise typer.Exit(1)


def _draw(differences: Sequence["Difference"]) -> None:
    if not differences:
        return
    drawn = Table(box=None, pad_edge=False)
    for name in ("Function", "Metric", "Kind", "Level", "Variant", "Period", "Target", "What"):
        drawn.add_column(name, overflow="fold")
    for name in ("Expected", "Found"):
        drawn.add_column(name, overflow="fold", justify="right")
    for one in differences[:_SHOWN]:
        drawn.add_row(*map(output.printable, (*one.where, one.expected, one.found)))
    output.draw(drawn)
    if len(differences) > _SHOWN:
        output.note(f"And {len(differences) - _SHOWN:,} more: --json lists all.")


def _name(rows: Sequence[str]) -> None:
    """Name rows that cannot be counted."""
    for row in rows[:_REFUSED]:
        output.note(f"Not counted: {output.printable(row)}")
    if len(rows) > _REFUSED:
        output.note(f"And {len(rows) - _REFUSED:,} more rows that cannot be counted.")
