"""The example's README: its commands, to the letter, lead to a vote that is stored."""

import re
import subprocess
from pathlib import Path

from tests.browser.conftest import README
from tests.browser.page import Page
from tools.access import noted
from tools.emulator import ROOT
from tools.stack import Stack


def _run(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_commands_lead_to_a_vote_that_is_stored(
    page: Page, stack: Stack, inference_id: str, tmp_path: Path
) -> None:
    """A reader replaces three values by those that they were told, and nothing else."""
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    state = tmp_path / ".local/run"
    state.mkdir(parents=True)
    run, create, told, sign_and_serve = (
        content for language, content in README.blocks() if language == "sh"
    )
    sign = sign_and_serve[: sign_and_serve.rindex("python3 ")]
    with noted(stack, state):
        _, key = _run(create, tmp_path).stderr.splitlines()[:2]
    values = {"KEY_ID": key.split()[0], "URL": stack.url, "INFERENCE": inference_id}
    told = re.sub(r"(?m)^(\w+)=.*$", lambda line: f"{line[1]}={values[line[1]]}", told)
    page.open(_run(told + sign, tmp_path).stdout.strip())
    page.vote("true")
    page.told("stored")

    assert run == "make run\n"
    rows = stack.items("BooleanMetricFeedback")
    assert [row["value"] for row in rows if row["target_id"] == {"S": inference_id}] == [
        {"BOOL": True}
    ]
