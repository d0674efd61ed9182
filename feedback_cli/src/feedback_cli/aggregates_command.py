"""`feedback aggregates`: its command lines, and nothing but them."""

from pathlib import Path
from typing import Annotated

import typer

from feedback_cli import checked, output, progress
from feedback_cli.aws import failures
from feedback_cli.options import PLAIN, Json, Local, StackName
from feedback_cli.stack import DEFAULT, Stack

aggregates = typer.Typer(help="What the stack has counted of its feedback.", **PLAIN)


@aggregates.command()
def check(
    *,
    pause: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            help="How long to wait before another look: longer than a vote takes to be counted.",
        ),
    ] = 10,
    stack_name: StackName = DEFAULT,
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Count all feedback plainly, and compare.

    The exit code is 1 if anything differs, and 3 if nothing does as far as is known, but feedback
    came too often to some places.
    """
    from feedback_cli.recount.check import Check  # noqa: PLC0415 - it loads the Lambdas' modules

    output.require()
    stack = Stack.find(stack_name, Path.cwd(), local=local)
    with failures(), progress.bar() as show:
        found = Check(stack.client, stack.aggregates(), show, pause).run()
    if as_json:
        output.document(checked.described(found))
    elif found.differences:
        output.draw(checked.table(found))
    for remark in checked.remarks(found):
        output.note(remark)
    raise typer.Exit(checked.exit_code(found))


@aggregates.command()
def rebuild(
    *,
    wait: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            help="How long to keep the old counters, for requests that read them still.",
        ),
    ] = 60,
    stack_name: StackName = DEFAULT,
    local: Local = False,
) -> None:
    """Count all feedback anew, while it comes. What is read changes when all is counted."""
    from feedback_cli.recount.rebuild import Rebuild  # noqa: PLC0415 - as above

    stack = Stack.find(stack_name, Path.cwd(), local=local)
    with failures(), progress.bar() as show:
        done = Rebuild(stack.client, stack.aggregates(), show, wait).run()
    for remark in checked.named(done.refused):
        output.note(remark)
    output.note(
        f"Counted {done.feedback:,} feedbacks; {done.inferences:,} inferences are recorded."
    )
    if done.refused:
        raise typer.Exit(1)
