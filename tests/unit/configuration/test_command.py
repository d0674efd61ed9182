"""The command checks a configuration, says in one line what it holds, and fails clearly."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from configuration import command

Write = Callable[[dict[str, str]], None]

METRIC = 'type = "float"\nlevel = "episode"\noptimize = "max"\n'
TOML = (
    f"[metrics.a]\n{METRIC}[metrics.b]\n{METRIC}"
    '[tools.t]\ndescription = "d"\nparameters = "s.json"\n'
)


@pytest.fixture
def files(write: Write) -> None:
    """Write a configuration that is in order."""
    write({"t.toml": TOML, "s.json": "{}"})


@pytest.mark.usefixtures("files")
def test_a_configuration_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what it holds."""
    assert command.main(["*.toml"]) == 0

    said = capsys.readouterr()
    assert said.out.startswith("2 metrics, 0 functions, 1 tool, snapshot ")
    assert len(said.out) == len("2 metrics, 0 functions, 1 tool, snapshot \n") + 64
    assert said.err == ""


@pytest.mark.usefixtures("files")
def test_a_package_is_written() -> None:
    """Its folder is made."""
    assert command.main(["t.toml", "--into", "out/package"]) == 0

    assert sorted(path.name for path in Path("out/package").iterdir()) == [
        "__init__.py",
        "catalog.json",
        "functions.json",
        "source",
    ]


def test_a_broken_configuration_is_refused_and_nothing_is_written(
    write: Write, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One problem a line."""
    write({"t.toml": "[metrics]\na = 1\nb = 1"})

    assert command.main(["t.toml", "--into", "out"]) == 1

    said = capsys.readouterr()
    assert said.err == (
        "t.toml: metrics.a: invalid type: integer `1`, expected struct MetricConfig\n"
        "t.toml: metrics.b: invalid type: integer `1`, expected struct MetricConfig\n"
    )
    assert said.out == ""
    assert [path.name for path in folder.iterdir()] == ["t.toml"]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "arguments", [[], ["t.toml", "s.json"], ["t.toml", "--onto", "x"], ["t.toml", "--into", "."]]
)
def test_wrong_usage_is_told_apart(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A glob that the shell has expanded, or a folder that holds something else."""
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m configuration ")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("argument", "code"), [("t.toml", 0), ("none.toml", 1), ("--none", 2)])
def test_it_runs_as_a_module(argument: str, code: int) -> None:
    """As the layer's build does."""
    done = subprocess.run(
        [sys.executable, "-m", "configuration", argument],
        env=os.environ | {"PYTHONPATH": str(Path(command.__file__).parents[1])},
        capture_output=True,
        check=False,
    )

    assert done.returncode == code
    assert bool(done.stdout) == (code == 0)
    assert bool(done.stderr) == (code != 0)
