"""`feedback show`: its command line, and nothing but it."""

import os
import time
from collections.abc import Sequence
from functools import partial
from typing import Annotated, NoReturn

import typer

from feedback_cli import output, showing
from feedback_cli.connection import connect
from feedback_cli.options import Json, Local, Url
from feedback_cli.showing import Follower
from tensorzero_feedback import FeedbackClient, StoredFeedback, Unavailable

_POLL = 1.0
"""Seconds between two looks at what is new."""


def show(
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="The id of an inference or an episode.")
    ],
    *,
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many rows to show at most.")
    ] = 100,
    follow: Annotated[
        bool, typer.Option("--follow", help="Show what comes later, too; the oldest first.")
    ] = False,
    url: Url = "",
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Show the feedback on a target, the newest first."""
    output.require()
    with connect(url, os.environ, local=local) as client:
        rows, more = showing.newest(client, target, limit)
        if more:
            output.note(f"There is older feedback: --limit shows more than {limit:,} rows.")
        if follow:
            _follow(client, target, rows, as_json=as_json)
        elif as_json:
            output.document([row.row for row in rows])
        else:
            output.draw(showing.table(rows))


def _follow(
    client: FeedbackClient, target: str, rows: Sequence[StoredFeedback], *, as_json: bool
) -> NoReturn:
    _append(rows[::-1], as_json=as_json)
    append = partial(_append, as_json=as_json, heading=False)
    Follower(client, target, partial(time.sleep, _POLL), append, _missed).follow(rows)


def _append(rows: Sequence[StoredFeedback], *, as_json: bool, heading: bool = True) -> None:
    if not as_json:
        output.draw(showing.part(rows, heading=heading))
        return
    for row in rows:
        output.line(row.row)


def _missed(error: Unavailable) -> None:
    output.note(f"{error}. Trying again.")
