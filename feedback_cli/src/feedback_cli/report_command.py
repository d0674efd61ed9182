"""`feedback report`: its command line, and nothing but it."""

import os
import re
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from feedback_cli import output, progress
from feedback_cli.connection import connect
from feedback_cli.errors import Failure
from feedback_cli.options import FunctionName, Local, Url
from feedback_cli.report import content
from feedback_cli.report.content import Content, Question
from tensorzero_feedback.variants import Period, Rows


def report(
    function: FunctionName,
    *,
    file: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            dir_okay=False,
            metavar="FILE",
            help="Where to write it. [feedback-FUNCTION.html]",
        ),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this one; more than once for more."),
    ] = None,
    window: Annotated[
        Period | None, typer.Option(help="How long a period is. [as the data suggests]")
    ] = None,
    periods: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many periods to show at most.")
    ] = 60,
    rows: Annotated[
        Rows, typer.Option(help="What counts: all feedback, or the latest on each target.")
    ] = "latest",
    inferences: Annotated[
        int, typer.Option(metavar="N", min=1, help="Read comments on the newest N inferences.")
    ] = 50,
    url: Url = "",
    local: Local = False,
) -> None:
    """Write a report on the variants of a function: one HTML file that needs no network."""
    question = Question(function, metric or (), window, periods, rows, inferences)
    with connect(url, os.environ, local=local) as client, progress.bar() as show:
        found = content.read(client, question, show)
    path = file or Path(f"feedback-{re.sub(r'[^A-Za-z0-9_.-]+', '-', function)}.html")
    _write(path, _page(found))
    output.say(str(path))


def _page(found: Content) -> str:
    try:
        page = import_module("feedback_cli.report.page")
    except ModuleNotFoundError as error:
        raise Failure(
            f"A report needs {error.name}: install './feedback_cli[report]' from the checkout."
        ) from error
    text: str = page.html(found, datetime.now(UTC))
    return text


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Failure(f"The report cannot be written: {error}.") from error
