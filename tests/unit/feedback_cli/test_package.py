"""The package of the command, as it is installed without its checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.template import ROOT

PROGRAM = """
from pathlib import Path
import feedback_cli
from feedback_cli.recount import check, rebuild
import aggregates, aggregator.service
print(*{Path(one.__file__).parents[1] for one in (feedback_cli, aggregates, aggregator.service)})
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Build the package, and unpack it."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT / "feedback_cli",
        check=True,
        capture_output=True,
    )
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    return tmp_path / "site"


def test_it_counts_with_the_lambdas_modules(installed: Path) -> None:
    """Which are in it; no other package's names are taken for them."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=installed,
        capture_output=True,
        text=True,
        check=False,
    )

    functions = installed / "feedback_cli/recount/functions"
    assert done.stderr == ""
    assert {*done.stdout.split()} == {str(installed), str(functions)}
    assert {one.name for one in installed.iterdir() if one.suffix != ".dist-info"} == {
        "feedback_cli"
    }
    assert (installed / "feedback_cli/report/page.html").is_file()
    assert (installed / "feedback_cli/report/page.css").is_file()
