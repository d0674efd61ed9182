"""`feedback give`: its command line, and nothing but it."""

import json
import os
import sys
from typing import Annotated, Any

import typer

from feedback_cli import giving, lines, output, progress, refusals
from feedback_cli.connection import connect
from feedback_cli.errors import Failure
from feedback_cli.lines import Line
from feedback_cli.options import Json, Local, Url
from tensorzero_feedback import Feedback, FeedbackClient, Outcome, Unconfirmed

_SHOWN = 100
"""How many refused lines are listed."""

_Id = Annotated[
    str | None, typer.Option(metavar="UUID", help="What it is about.", show_default=False)
]


def give(
    *,
    metric: Annotated[
        str, typer.Option(metavar="NAME", help="A configured metric, comment or demonstration.")
    ] = "",
    value: Annotated[
        str | None,
        typer.Option(metavar="VALUE", help="JSON, or else a text; for a comment always a text."),
    ] = None,
    inference_id: _Id = None,
    episode_id: _Id = None,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="More than once for more.")
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="With the same key it is stored once.")
    ] = None,
    run: Annotated[
        str, typer.Option(metavar="NAME", help="Of lines: in another run, they are given anew.")
    ] = "",
    url: Url = "",
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Give feedback: one, by --metric and --value, or JSON lines from standard input.

    A line is what POST /feedback takes. When the same lines are given again, nothing is stored
    twice.
    """
    output.require()
    tags = dict(map(_tag, tag or []))
    if metric and value is not None:
        feedback = Feedback(
            metric_name=metric,
            value=_value(metric, value),
            inference_id=inference_id,
            episode_id=episode_id,
            tags=tags,
            idempotency_key=idempotency_key,
        )
        with connect(url, os.environ, local=local) as client:
            _give_one(client, feedback, as_json=as_json)
        return
    if metric or value is not None or inference_id or episode_id or tags or idempotency_key:
        raise typer.BadParameter("give both, or JSON lines", param_hint="'--metric', '--value'")
    if sys.stdin is None or sys.stdin.isatty():
        raise typer.BadParameter("give --metric and --value, or JSON lines on standard input")
    with connect(url, os.environ, local=local) as client:
        _give_lines(client, run, as_json=as_json)


def _give_one(client: FeedbackClient, feedback: Feedback, *, as_json: bool) -> None:
    try:
        feedback_id = client.feedback(**feedback)
    except Unconfirmed as error:
        again = f"to store it once, add --idempotency-key {error.key}"
        raise Failure(f"{error}. It may be stored: {again}.") from error
    if as_json:
        output.document({"feedback_id": feedback_id})
    else:
        output.say(feedback_id)


def _give_lines(client: FeedbackClient, run: str, *, as_json: bool) -> None:
    def noted(line: Line, outcome: Outcome) -> None:
        if as_json:
            output.line(refusals.described(line, outcome))

    stream, given = sys.stdin.buffer, giving.Report()
    size = progress.size(stream.fileno())
    with progress.bar() as show:
        for given in giving.give(client, lines.read(stream, run), noted):
            show(given.end, size, given.summary())
    if given.refused and not as_json:
        output.draw(refusals.table(given.refused[:_SHOWN]))
    if len(given.refused) > _SHOWN and not as_json:
        output.note(f"And {len(given.refused) - _SHOWN:,} more: --json reports each.")
    output.note(given.summary())
    if given.stopped:
        output.note(f"Stopped after line {given.last:,}. Give the same lines again to go on.")
    if given.refused or given.stopped:
        raise typer.Exit(1)


def _value(metric: str, text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return text if metric == "comment" else json.loads(text)
    except ValueError:
        return text


def _tag(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise typer.BadParameter(f"expected NAME=VALUE, found {text!r}", param_hint="'--tag'")
    return name, value
