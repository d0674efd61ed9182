"""`feedback stats`: its command line, and nothing but it."""

import os
from typing import Annotated

import typer

from feedback_cli import output, statistics
from feedback_cli.connection import connect
from feedback_cli.options import FunctionName, Json, Local, Url


def stats(
    function: FunctionName,
    metric: Annotated[
        str | None,
        typer.Argument(metavar="[METRIC]", help="All with feedback if absent."),
    ] = None,
    *,
    url: Url = "",
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Show how the variants of a function do, by the latest feedback on each target."""
    output.require()
    with connect(url, os.environ, local=local) as client:
        metrics = statistics.read(client, function, [] if metric is None else [metric])
    if as_json:
        output.document(statistics.described(function, metrics))
    else:
        output.draw(statistics.drawn(function, metrics))
