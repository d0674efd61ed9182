"""What an operator does, with the installed command, on the stack that `make run` would run."""

import json
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from feedback_cli.stack import NOTE
from tests.support.stack import BUILD
from tools import access
from tools.emulator import ROOT, Emulator, emulator
from tools.follow import Follower
from tools.http import Caller
from tools.run import STATE
from tools.stack import NAME, Stack

Command: TypeAlias = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def feedback(stack: Stack, tmp_path: Path) -> Iterator[Command]:
    """Run the installed command in a checkout where the stack runs."""
    home = tmp_path / NOTE.parent
    home.mkdir(parents=True)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / ".venv/bin/feedback", *arguments],
            cwd=tmp_path,
            env={},
            capture_output=True,
            text=True,
            check=False,
        )

    with access.noted(stack, home):
        yield run


def test_a_key_works_from_when_it_is_made_until_it_is_disabled(
    feedback: Command, call: Caller, inference: dict[str, str]
) -> None:
    """On a route that API Gateway remembers nothing of; on another, for as long as it does."""
    made = feedback("keys", "create", "--local", "--scope=feedback:write")
    key = made.stdout.strip()
    caller = call.with_credential(key)
    vote = {"metric_name": "draft_accepted", "value": True, **_inference(inference)}
    assert caller.feedback(**vote).status == 200

    disabled = feedback("keys", "disable", "--local", key.split("-")[2])

    assert (made.returncode, disabled.returncode) == (0, 0)
    assert disabled.stderr == "API Gateway may let it through for 60 s more.\n"
    assert caller.send("GET", "/status").status == 403
    assert caller.feedback(**vote).status == 200


def test_a_token_is_minted_with_a_key_that_was_made_for_it(
    feedback: Command, call: Caller, inference: dict[str, str], tmp_path: Path
) -> None:
    """By two commands, and what they wrote."""
    made = json.loads(feedback("keys", "create", "--local", "--kind=token", "--json").stdout)
    (tmp_path / "private.pem").write_text(made["private_key"])
    minted = feedback(
        *("token", "mint", "--private-key=private.pem", f"--key-id={made['id']}"),
        *("--author=ada", f"--target={inference['inference_id']}", "--metric=comment"),
        "--expires-in=15m",
    )

    answer = call.with_credential(minted.stdout.strip()).feedback(
        metric_name="comment", value="good", **_inference(inference)
    )

    assert answer.status == 200, answer


def test_the_key_of_make_run_stays_with_its_state(
    stack: Stack, call: Caller, tmp_path: Path
) -> None:
    """For nobody else to read; made anew where the stack does not know it, or no longer."""
    key = access.key(stack, tmp_path)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert access.key(stack, tmp_path) == key
    assert call.with_credential(key).send("GET", "/status").status == 200

    (tmp_path / "key").write_text(f"sk-t0-{'a' * 12}-{'b' * 48}")
    assert access.key(stack, tmp_path) not in {key, f"sk-t0-{'a' * 12}-{'b' * 48}"}


def test_the_note_of_make_run_goes_with_it(stack: Stack, tmp_path: Path) -> None:
    """It says where the stack is, for as long as it is there."""
    with access.noted(stack, tmp_path):
        note = json.loads((tmp_path / NOTE.name).read_text())
    where = {"endpoint": stack.aws.endpoint, "region": "us-east-1", "stack": NAME}
    assert note == {**where, "url": stack.url}
    assert not (tmp_path / NOTE.name).exists()
    assert ROOT / NOTE.parent == STATE


def test_make_run_follows_every_function_and_every_kind_of_feedback(
    stack: Stack, call: Caller, inference: dict[str, str]
) -> None:
    """What is refused is logged and what is accepted is stored: each once."""
    follower = Follower(stack)
    comment = {"metric_name": "comment", "value": "followed", **_inference(inference)}
    stored = call.feedback(**comment).body["feedback_id"]
    assert call.feedback(**{**comment, "value": 5}).status == 400
    assert call.send("GET", "/internal/feedback/nobody/count").status == 400

    news = list[str]()
    for _ in range(50):
        news += follower.news()
        if {line.split()[1] for line in news} >= {"CommentFeedback", "Submit", "Reads"}:
            break
        time.sleep(0.1)

    assert [line for line in news if line.startswith("stored") and stored in line]
    assert {line.split()[1] for line in news} >= {"CommentFeedback", "Submit", "Reads"}
    assert len(news) == len({*news})


def test_what_is_given_is_counted_as_an_operator_counts_it(
    feedback: Command, call: Caller, inference: dict[str, str], stack: Stack, tmp_path: Path
) -> None:
    """By the aggregator and by a rebuild; both as a check does, and as it is shown."""
    access.key(stack, tmp_path / NOTE.parent)
    for value in (False, True):
        vote = {"metric_name": "draft_accepted", "value": value, **_inference(inference)}
        assert call.feedback(**vote).status == 200

    checked = feedback("aggregates", "check", "--local", "--pause=3")
    shown = feedback("stats", "draft_reply", "draft_accepted", "--local", "--json")
    rebuilt = feedback("aggregates", "rebuild", "--local", "--wait=0")
    again = feedback("aggregates", "check", "--local", "--pause=3")
    same = feedback("stats", "draft_reply", "draft_accepted", "--local", "--json")
    reported = feedback("report", "draft_reply", "--local", "-o", "report.html")

    for done in (checked, shown, rebuilt, again, same, reported):
        assert done.returncode == 0, done.stderr
    assert checked.stderr.startswith("0 differences; ")
    assert json.loads(shown.stdout) == json.loads(same.stdout)
    [metric] = json.loads(shown.stdout)["metrics"]
    assert sum(one["count"] for one in metric["performances"]) >= 1
    assert "draft_accepted" in (tmp_path / "report.html").read_text("utf-8")


def _outputs(aws: Emulator) -> dict[str, str]:
    [described] = aws.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
    return {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}


def test_a_stack_without_authentication_lets_everybody_in_and_says_so(
    stack: Stack, tmp_path: Path
) -> None:
    """An output of the stack warns whoever turns it off; with it, there is no such output."""
    with emulator(tmp_path, auth=True) as aws:
        BUILD.make()
        open_ = BUILD.deploy(aws, "Stage=dev", "Authentication=none")
        status = Caller(open_.url).send("GET", "/status")
        recorded = Caller(open_.url).record(function_name="draft_reply")
        vote = Caller(open_.url).feedback(
            metric_name="draft_accepted", value=True, inference_id=recorded["inference_id"]
        )
        outputs = _outputs(aws)

    assert (status.status, vote.status) == (200, 200)
    warning = "Authentication is off. Whoever knows the URL can read and write."
    assert outputs["Warning"] == warning
    assert "Warning" not in _outputs(stack.aws)


def _inference(inference: dict[str, str]) -> dict[str, str]:
    return {"inference_id": inference["inference_id"]}
