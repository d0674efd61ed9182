"""`feedback show` and `feedback give`, as they are called: what they write and how they end."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir, redirect_stderr
from itertools import repeat
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from feedback_cli.connection import KEY
from feedback_cli.stack import NOTE
from tests.support.command import Feedback, Run, reading
from tests.support.environment import environment
from tests.unit.clients.api import TARGET, Api, Strike
from tests.unit.feedback_cli.server import served

Serve: TypeAlias = Callable[[Callable[[httpx.Request], httpx.Response]], str]
VOTE = ("--metric=liked", f"--inference-id={TARGET}")
GONE = httpx.Response(503, json={"error": "busy"}, headers={"retry-after": "60"})
"""The client gives up at once: it is asked to come back after its deadline."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve an API, with its URL and a key in the environment."""
    with ExitStack() as stack:

        def start(answer: Callable[[httpx.Request], httpx.Response]) -> str:
            url = stack.enter_context(served(answer))
            where = {"FEEDBACK_URL": url, KEY: "sk-t0-key"}
            stack.enter_context(environment({**os.environ, **where}))
            return url

        yield start


@pytest.fixture
def give(feedback: Feedback, tmp_path: Path) -> Feedback:
    """Give lines on standard input: the first argument."""

    def run(lines: str, *arguments: str) -> Run:
        (tmp_path / "lines").write_text(lines)
        with (tmp_path / "lines").open() as stream, reading(stream):
            return feedback("give", *arguments)

    return run


def _lines(*values: object) -> str:
    return "".join(f"{json.dumps({'metric_name': 'm', 'value': value})}\n" for value in values)


@pytest.mark.parametrize(
    ("metric", "text", "value"),
    [
        ("liked", "true", True),
        ("rating", "4.5", 4.5),
        ("comment", "true", "true"),
        ("demonstration", "A better one.", "A better one."),
        ("demonstration", '[{"type": "text", "text": "A"}]', [{"type": "text", "text": "A"}]),
    ],
)
def test_one_is_given_by_options(
    metric: str, text: str, value: object, feedback: Feedback, serve: Serve
) -> None:
    """A value is JSON, or else a text; a comment is a text in any case."""
    api = Api()
    serve(api.answer)

    given = feedback(
        *("give", f"--metric={metric}", f"--value={text}", f"--episode-id={TARGET}"),
        *("--tag=a=b", "--tag=c=d=e"),
    )

    [(key, body)] = api.stored
    assert (given.code, given.out, given.err) == (0, f"id of {key}\n", "")
    assert {name: one for name, one in body.items() if one is not None} == {
        "metric_name": metric,
        "value": value,
        "episode_id": TARGET,
        "tags": {"a": "b", "c": "d=e"},
    }
    assert api.requests[0].headers["authorization"] == "Bearer sk-t0-key"


def test_what_is_not_confirmed_can_be_given_again(feedback: Feedback, serve: Serve) -> None:
    """With its key, which is written."""
    api = Api(iter([Strike.DONE_AND_LOST]))
    serve(api.answer)

    lost = feedback("give", *VOTE, "--value=true")
    option = lost.err.rpartition(" add ")[2].removesuffix(".\n")
    given = feedback("give", *VOTE, "--value=true", *option.split(), "--json")

    [(key, _)] = api.stored
    assert (lost.code, lost.out) == (1, "")
    assert lost.err.startswith("Error: http_501 (501): ")
    assert (given.code, json.loads(given.out)) == (0, {"feedback_id": f"id of {key}"})


def test_what_is_refused_is_not_given(feedback: Feedback, serve: Serve) -> None:
    """The code and the text are the API's."""
    serve(Api().answer)

    given = feedback("give", *VOTE, "--value=nope")

    told = "Error: unknown_metric (404): Unknown metric: nope\n"
    assert (given.code, given.out, given.err) == (1, "", told)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--metric=liked"], "'--metric', '--value': give both"),
        (["--value=5"], "'--metric', '--value': give both"),
        (["--tag=a=b"], "'--metric', '--value': give both"),
        ([*VOTE, "--value=5", "--tag=a"], "expected NAME=VALUE, found 'a'"),
    ],
)
def test_a_wrong_call_is_told(arguments: list[str], text: str, feedback: Feedback) -> None:
    """Exit code 2: nothing is sent."""
    called = feedback("give", *arguments, "--url=http://127.0.0.1:9")

    assert (called.code, called.out) == (2, "")
    assert text in called.err


def test_lines_are_given(give: Feedback, serve: Serve) -> None:
    """What is refused is listed by its line; a second time, nothing more is stored."""
    api = Api()
    serve(api.answer)
    lines = f"{_lines(1, 'nope')}{{\n{_lines(2)}"

    given, again = give(lines), give(lines)

    assert (given.code, given.err) == (1, "2 accepted, 2 not accepted.\n")
    assert [line.split()[:3] for line in given.out.splitlines()] == [
        ["Line", "Status", "Code"],
        ["2", "404", "unknown_metric"],
        ["3", "malformed_line", "The"],
    ]
    assert again == given
    assert len(api.stored) == 2

    assert give(_lines(1), "--run=again") == Run(0, "", "1 accepted.\n")
    assert len(api.stored) == 3


def test_lines_are_reported_in_json(give: Feedback, serve: Serve) -> None:
    """Each, as it is answered."""
    api = Api()
    serve(api.answer)

    given = give(_lines(1, "nope"), "--json")

    first, second = map(json.loads, given.out.splitlines())
    assert first == {"line": 1, "feedback_id": f"id of {api.stored[0][0]}"}
    assert second == {
        "line": 2,
        "status": 404,
        "code": "unknown_metric",
        "error": "Unknown metric: nope",
        "may_be_stored": False,
    }


def test_without_standard_error_lines_are_given_all_the_same(give: Feedback, serve: Serve) -> None:
    """Neither a bar nor a count is part of the answer."""
    api = Api()
    serve(api.answer)

    with redirect_stderr(None):
        given = give(_lines(1))

    assert (given.code, len(api.stored)) == (0, 1)


def test_a_hundred_refusals_are_listed(give: Feedback, serve: Serve) -> None:
    """How many more there are is said."""
    serve(Api().answer)

    given = give(_lines(*["nope"] * 103))

    assert len(given.out.splitlines()) == 101
    assert given.err == "And 3 more: --json reports each.\n103 not accepted.\n"


def test_where_it_stops_it_says_how_to_go_on(give: Feedback, serve: Serve) -> None:
    """And ends as if something was refused."""
    serve(Api(repeat(Strike.FORBIDDEN)).answer)

    given = give(_lines(*range(150)), "--json")

    assert given.code == 1
    assert given.err == (
        "100 not accepted.\nStopped after line 100. Give the same lines again to go on.\n"
    )


def test_on_a_terminal_a_bar_is_shown_while_lines_are_given(serve: Serve, tmp_path: Path) -> None:
    """On standard error; it goes when they are."""
    serve(Api().answer)
    (tmp_path / "lines").write_text(_lines(*range(150)))
    screen, terminal = pty.openpty()
    with (tmp_path / "lines").open() as lines:
        process = subprocess.Popen(
            [sys.executable, "-m", "feedback_cli", "give"],
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
            stdin=lines,
            stderr=terminal,
        )
        os.close(terminal)
        drawn = b""
        while not drawn.endswith(b"150 accepted.\r\n"):
            drawn += os.read(screen, 10_000)
    assert process.wait() == 0
    os.close(screen)

    assert "━".encode() in drawn.rpartition(b"150 accepted.")[0]


def test_a_terminal_or_a_closed_input_gives_no_lines(feedback: Feedback, serve: Serve) -> None:
    """The call is wrong: nobody waits for what nobody types."""
    serve(Api().answer)
    screen, terminal = pty.openpty()
    with os.fdopen(terminal) as typed:
        for stdin in (typed, None):
            with reading(stdin):
                called = feedback("give")
            assert called.code == 2
            assert "JSON lines on standard input" in called.err
    os.close(screen)


def _row(number: int) -> dict[str, Any]:
    return {
        "type": "comment",
        "id": f"0192c4a0-7e00-7000-8000-{number:012}",
        "target_id": TARGET,
        "target_type": "inference",
        "value": f"comment {number}",
        "tags": {},
        "timestamp": "2026-11-19T09:13:43Z",
    }


def test_the_newest_feedback_is_shown(feedback: Feedback, serve: Serve) -> None:
    """As a table, or in JSON as the API says it; and that there is more."""
    rows = [_row(number) for number in (3, 2, 1)]
    serve(
        lambda request: httpx.Response(
            200, json={"feedback": rows[: int(request.url.params["limit"])]}
        )
    )

    shown, written = feedback("show", TARGET, "--limit=2"), feedback("show", TARGET, "--json")

    heading, *lines = shown.out.splitlines()
    assert heading.split() == ["Time", "Metric", "Value", "Tags", "Given", "by", "ID"]
    assert [line.split()[-1] for line in lines] == [row["id"] for row in rows[:2]]
    assert shown.err == "There is older feedback: --limit shows more than 2 rows.\n"
    assert (shown.code, written.code, json.loads(written.out)) == (0, 0, rows)


@pytest.mark.parametrize("option", ["--follow", "--json"])
def test_what_comes_is_shown_until_it_is_refused(
    option: str, feedback: Feedback, serve: Serve
) -> None:
    """The oldest first, through an outage."""
    looks: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        looks.append(request)
        if len(looks) == 2:
            return GONE
        if len(looks) == 4:
            return httpx.Response(403, json={"message": "Forbidden"})
        rows = [_row(2), _row(1)] if len(looks) == 1 else [_row(3), _row(2)]
        return httpx.Response(200, json={"feedback": rows})

    serve(answer)
    shown = feedback("show", TARGET, "--follow", option)

    told = "http_503 (503): busy. Trying again.\nError: http_403 (403): Forbidden\n"
    assert (shown.code, shown.err) == (1, told)
    lines = shown.out.splitlines()
    ids = [_row(number)["id"] for number in (1, 2, 3)]
    if option == "--json":
        assert [json.loads(line)["id"] for line in lines] == ids
    else:
        assert [line.split()[-1] for line in lines] == ["ID", *ids]


def test_the_api_is_named_or_is_this_checkouts(feedback: Feedback, tmp_path: Path) -> None:
    """Which `make run` describes, with its key."""
    api = Api()
    with chdir(tmp_path), served(api.answer) as url:
        unknown = feedback("show", TARGET)
        wrong = feedback("show", TARGET, "--url=sk-t0-key")
        nothing = feedback("show", TARGET, "--local")
        NOTE.parent.mkdir(parents=True)
        NOTE.write_text(json.dumps({"url": url}))
        early = feedback("show", TARGET, "--local")
        NOTE.with_name("key").write_text("sk-t0-local")
        found = feedback("give", *VOTE, "--value=true", "--local")

    asked = "Error: Which API? Name it with --url or FEEDBACK_URL, or use --local.\n"
    assert (unknown.code, unknown.err) == (1, asked)
    assert "'sk-t0-key' cannot be the API: the API's URL begins with https://." in wrong.err
    assert "No stack runs in a checkout" in nothing.err
    assert early.err == "Error: `make run` is not ready yet: it has made no key.\n"
    assert found.code == 0
    assert api.requests[0].headers["authorization"] == "Bearer sk-t0-local"
