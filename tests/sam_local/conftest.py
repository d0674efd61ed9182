"""`sam local`, run once for all tests of it; they are skipped where it cannot run."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sam_local.document import COMMANDS, MAKE
from tests.sam_local.terminal import terminal
from tests.support.stack import BUILD
from tests.support.template import ROOT
from tools.sam_local.engine import check
from tools.sam_local.errors import CANNOT, Unavailable


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Build, run the document's commands, send every event; give what came of each."""
    try:
        check()
    except Unavailable as reason:
        pytest.skip(f"sam local cannot run here: {reason}")
    folder = tmp_path_factory.mktemp("sam-local")
    BUILD.make()
    environment = {**os.environ, "CONFIG": f"{BUILD.configuration}/**/*.toml"}
    with terminal(ROOT, folder / "build.log", environment) as bash:
        for command in COMMANDS[: COMMANDS.index(_make()) + 1]:
            bash.run(command)
    _run(folder)
    document: dict[str, Any] = json.loads((folder / "answers.json").read_text("utf-8"))
    return document


def _make() -> str:
    (command,) = [command for command in COMMANDS if command.startswith(MAKE)]
    return command


def _run(folder: Path) -> None:
    """Run what is to run inside; it dies with the tests, however they end."""
    python = (sys.executable, "-m")
    inside = (*python, "tools.sam_local", *python, "tests.sam_local.inside", str(folder))
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *inside],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["functions", "."])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        printed, _ = process.communicate()
    finally:
        process.terminate()
        process.wait()
    if process.returncode == CANNOT:
        pytest.skip(printed.splitlines()[-1])
    assert process.returncode == 0, printed[-5000:]
