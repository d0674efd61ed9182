"""What the deployed aggregator counts, with its own role's rights, of what is sent over HTTP."""

import time
from collections import Counter
from pathlib import Path

from aggregates.counters import read
from tests.support.stack import BUILD
from tools.emulator import emulator
from tools.http import Caller
from tools.run import count_anew
from tools.stack import Stack

PATIENCE = 60.0
"""Seconds that a busy machine is given; how soon it is on a quiet one says `make load`."""


def test_what_is_sent_is_counted(stack: Stack, call: Caller) -> None:
    """Every vote, the latest of each target, each kind; an episode that a second variant leaves."""
    variants = [f"{name}-{time.time_ns()}" for name in ("one", "other")]
    first = call.record(function_name="draft_reply", variant_name=variants[0])
    target, episode = ({name: first[name]} for name in ("inference_id", "episode_id"))
    for value in (True, False):
        call.feedback(metric_name="draft_accepted", value=value, **target).expect(200)
    call.feedback(metric_name="edit_distance", value=0.5, **target).expect(200)
    call.feedback(metric_name="demonstration", value="Better.", **target).expect(200)
    call.feedback(metric_name="ticket_resolved", value=True, **episode).expect(200)
    counts = {
        ("draft_accepted", "inference", "all"): 2,
        ("draft_accepted", "inference", "latest"): 1,
        **{
            (metric, level, rows): 1
            for metric, level in (
                ("edit_distance", "inference"),
                ("demonstration", "inference"),
                ("ticket_resolved", "episode"),
            )
            for rows in ("all", "latest")
        },
    }
    _wait(stack, variants[0], counts)

    call.record(function_name="draft_reply", variant_name=variants[1], **episode)

    _wait(stack, variants[0], {**counts, ("ticket_resolved", "episode", "all"): 0})
    _wait(stack, variants[1], {("ticket_resolved", "episode", "latest"): 1})


def test_after_a_kept_restart_what_was_stored_before_and_after_is_counted(tmp_path: Path) -> None:
    """As `make run` does it; the emulator has lost the records of the streams by then."""
    BUILD.make()
    with emulator(tmp_path, keep=True) as aws:
        stack = BUILD.deploy(aws)
        call = Caller(stack.url, stack.new_key())
        target = call.record(function_name="draft_reply", variant_name="kept")
        _vote(call, target)
    with emulator(tmp_path, keep=True) as aws:
        stack = BUILD.deploy(aws)
        count_anew(stack)
        _vote(Caller(stack.url, stack.new_key()), target)

        counted = {"all": 2, "latest": 1}
        _wait(
            stack,
            "kept",
            {("draft_accepted", "inference", rows): number for rows, number in counted.items()},
        )


def _vote(call: Caller, target: dict[str, str]) -> None:
    vote = {"metric_name": "draft_accepted", "value": True}
    call.feedback(inference_id=target["inference_id"], **vote).expect(200)


def _wait(stack: Stack, variant: str, wanted: dict[tuple[str, str, str], int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while (found := _counts(stack, variant)) != Counter(wanted):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def _counts(stack: Stack, variant: str) -> Counter[tuple[str, str, str]]:
    """Count a variant's feedback of all time, by metric, level and which rows are counted."""
    found: Counter[tuple[str, str, str]] = Counter()
    groups = {"a": "all", "c": "latest"}
    for item in stack.items("Aggregate"):
        match item["key"]["S"].split("/"):
            case [_, "counts", _, metric, _, level, _] if item["variant"]["S"] == variant:
                for slot in read(item):
                    if slot.group in groups and item["sort"]["S"].startswith("d"):
                        found[metric, level, groups[slot.group]] += slot.amounts.get("n", 0)
    return found
