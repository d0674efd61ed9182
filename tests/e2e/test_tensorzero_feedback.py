"""The Python client and the commands that use it, against the deployed API."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from feedback_cli.connection import KEY
from tensorzero_feedback import FeedbackClient, Inference, Refused, new_id
from tools.emulator import ROOT
from tools.stack import Stack


def _inference(episode_id: str) -> Inference:
    return Inference(
        inference_id=new_id(),
        episode_id=episode_id,
        function_name="draft_reply",
        variant_name="baseline",
    )


def test_the_client_records_gives_and_reads(stack: Stack, key: str) -> None:
    """By each of its methods, over each of its routes."""
    episode_id = new_id()
    with FeedbackClient(stack.url, key) as client:
        target = client.record_inference(**_inference(episode_id))
        recorded = client.record_inferences([_inference(episode_id) for _ in range(3)])
        first = client.feedback(metric_name="draft_accepted", inference_id=target, value=True)
        batch = client.batch(
            [
                {"metric_name": "edit_distance", "inference_id": target, "value": 0.5},
                {"metric_name": "comment", "inference_id": target, "value": 5},
                {"metric_name": "comment", "inference_id": target, "value": "Good."},
            ]
        )
        walked = [*client.iterate(target, page_size=2)]
        newer = [*client.iterate(target, after=first, page_size=1)]
        receipt = client.receipt(target, first)
        absent = client.receipt(target, new_id())

    assert [outcome.error for outcome in recorded] == [None] * 3
    assert [outcome.error and outcome.error.code for outcome in batch] == [
        None,
        "invalid_value",
        None,
    ]
    ids = [first, batch[0].id, batch[2].id]
    assert [one.id for one in walked] == ids[::-1]
    assert [one.id for one in newer] == ids[1:]
    assert [one.value for one in walked] == ["Good.", 0.5, True]
    assert receipt is not None
    assert (receipt.id, receipt.value, absent) == (first, True, None)


def test_the_client_learns_that_its_key_is_not_accepted(stack: Stack) -> None:
    """At once: nothing is tried again."""
    with (
        FeedbackClient(stack.url, f"sk-t0-{'a' * 12}-{'b' * 48}") as client,
        pytest.raises(Refused, match=r"http_403 \(403\): Forbidden"),
    ):
        client.list(new_id())


def test_the_commands_give_and_show(stack: Stack, key: str, tmp_path: Path) -> None:
    """Lines from a file, given twice, are stored once."""
    with FeedbackClient(stack.url, key) as client:
        target = client.record_inference(**_inference(new_id()))
    lines = tmp_path / "lines"
    lines.write_text(
        "".join(
            f"{json.dumps({'metric_name': 'comment', 'inference_id': target, 'value': text})}\n"
            for text in ("one", "two", "one")
        )
    )

    def feedback(*arguments: str) -> str:
        with lines.open() as stream:
            return subprocess.run(
                [ROOT / ".venv/bin/feedback", *arguments],
                env={**os.environ, "FEEDBACK_URL": stack.url, KEY: key},
                stdin=stream,
                capture_output=True,
                text=True,
                check=True,
            ).stdout

    given, again = feedback("give", "--json"), feedback("give", "--json")
    shown = json.loads(feedback("show", target, "--json"))

    assert given == again
    ids = [json.loads(line)["feedback_id"] for line in given.splitlines()]
    assert [row["id"] for row in shown] == ids[::-1]
    assert [row["value"] for row in shown] == ["one", "two", "one"]
