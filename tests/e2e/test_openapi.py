"""Generated requests to the deployed API: each answer is one that docs/openapi.yaml has."""

import copy
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.events import EVENTS, in_order
from tests.support.openapi import DOCUMENT, OPERATIONS
from tests.support.template import ROOT
from tools.http import Caller
from tools.stack import Stack

PROGRAM = ROOT / ".tools/openapi/bin/schemathesis"
SETTINGS = Path(__file__).with_name("schemathesis.toml")
SEED = 1
RECEIPT = "/internal/feedback/{target_id}/{feedback_id}"


@pytest.fixture(scope="module")
def document(call: Caller) -> dict[str, Any]:
    """Store what the document's examples are about; return it, with the one id that it lacks."""
    stored = {}
    for name in in_order():
        event = EVENTS[name]
        if name.startswith("200-") and "body" in event and not event["isBase64Encoded"]:
            sent = call.send("POST", event["rawPath"], event["body"].encode())
            stored[name] = sent.expect(200).body
    known = copy.deepcopy(DOCUMENT)
    parameters = known["paths"][RECEIPT]["get"]["parameters"]
    [parameter] = [one for one in parameters if one["name"] == "feedback_id"]
    parameter["example"] = stored["200-boolean-inference"]["feedback_id"]
    return known


def _run(
    document: dict[str, Any], stack: Stack, key: str, folder: Path, *options: str
) -> tuple[int, str]:
    """Send generated requests; return the program's status and what it printed."""
    path = folder / "openapi.yaml"
    path.write_text(yaml.safe_dump(document), "utf-8")
    settings = ("--config-file", str(SETTINGS), "run", str(path), "--url", stack.url)
    done = subprocess.run(
        [PROGRAM, *settings, "--seed", str(SEED), *options],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_no_request_finds_an_answer_that_is_not_documented(
    document: dict[str, Any], stack: Stack, key: str, tmp_path: Path
) -> None:
    """On every route: with a key and without, of requests that fit the document and that do not."""
    status, printed = _run(document, stack, key, tmp_path)

    assert status == 0, printed
    assert f"Tested: {len(OPERATIONS)}" in printed
    assert f"Seed: {SEED}" in printed
    print(printed.rpartition("= SUMMARY =")[2])  # noqa: T201 - what was tried, with the seed


def _with_a_further_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Status"]["required"].append("region")


def _without_a_status(document: dict[str, Any]) -> None:
    document["paths"]["/status"]["get"]["responses"].pop("401")


def _with_a_narrower_parameter(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/internal/feedback/{target_id}"]["get"]["parameters"]
    [limit] = [one for one in parameters if one["name"] == "limit"]
    limit["schema"]["maximum"] = 5


@pytest.mark.parametrize(
    ("break_", "operation", "found"),
    [
        (_with_a_further_field, "getStatus", "Response violates schema"),
        (_without_a_status, "getStatus", "Undocumented status code"),
        (_with_a_narrower_parameter, "listFeedback", "Schema-violating request accepted"),
    ],
)
def test_a_document_that_says_something_else_would_be_found(
    break_: Any,
    operation: str,
    found: str,
    document: dict[str, Any],
    stack: Stack,
    key: str,
    tmp_path: Path,
) -> None:
    """A field that no answer has, a status that it lacks, a limit that the code does not have."""
    broken = copy.deepcopy(document)
    break_(broken)

    status, printed = _run(broken, stack, key, tmp_path, "--include-operation-id", operation)

    assert status == 1
    assert found in printed
