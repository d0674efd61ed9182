"""The command checks a configuration, lists what it holds, and fails clearly."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from configuration import command
from configuration.keys import VERSION

ROOT = str(Path(command.__file__).parents[1])
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


def test_what_a_configuration_holds_is_listed_by_name(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sorted; metrics with type and level, functions with their tools or their schema."""
    write(
        {
            "t.toml": f"""
[metrics.b]
{METRIC}
[metrics.a-longer-name]
{METRIC}
[tools.t]
description = "d"
parameters = "s.json"
[tools.u]
name = "shown"
description = "d"
parameters = "s.json"
[functions.chat]
type = "chat"
tools = ["t", "u"]
variants = {{}}
[functions.bare]
type = "chat"
variants = {{}}
[functions.json]
type = "json"
output_schema = "s.json"
variants = {{}}
[functions.free]
type = "json"
variants = {{}}
""",
            "s.json": "{}",
        }
    )

    assert command.main(["t.toml"]) == 0

    printed = capsys.readouterr()
    *lines, last = printed.out.splitlines()
    assert (
        "\n".join(lines)
        == """\
1 file
  t.toml
2 metrics
  a-longer-name  float, episode
  b              float, episode
4 functions
  bare  chat
  chat  chat, tool t, tool u
  free  json
  json  json, schema s.json
2 tools
  t
  u  called shown"""
    )
    assert re.fullmatch("snapshot [0-9a-f]{64}", last)
    assert printed.err == ""


def test_every_file_of_the_folder_is_read_unless_some_are_named(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever names one hears of the others: they may belong to it."""
    write(
        {
            "tensorzero.toml": f"[metrics.a]\n{METRIC}",
            "more/metrics.toml": f"[metrics.b]\n{METRIC}",
            "more/broken.toml": "[",
            "more/pyproject.toml": "[project]\n[tool.ruff]",
            ".hidden/h.toml": "[models.m]",
            "unknown.toml": "[guardrails]",
        }
    )

    assert command.main(["tensorzero.toml"]) == 0

    printed = capsys.readouterr()
    assert "1 file\n  tensorzero.toml\n1 metric\n  a  float, episode\n" in printed.out
    assert _warnings(printed.out) == (
        "WARNING: more/broken.toml: not read; is it a part of the configuration?\n"
        "WARNING: more/metrics.toml: not read; is it a part of the configuration?\n"
    )

    for left_over in ("more/broken.toml", "more/pyproject.toml"):
        Path(left_over).unlink()
    assert command.main([]) == 0

    printed = capsys.readouterr()
    assert "  a  float, episode\n  b  float, episode\n" in printed.out
    assert _warnings(printed.out) == (
        "WARNING: unknown.toml: guardrails: unknown field `guardrails`, which TensorZero "
        f"{VERSION} does not have\n"
    )


def _warnings(printed: str) -> str:
    """Return what stands after the snapshot."""
    return printed.partition("\nsnapshot ")[2].partition("\n")[2]


@pytest.mark.usefixtures("files")
def test_a_package_is_written() -> None:
    """Its folder is made."""
    assert command.main(["t.toml", "--into", "out/package"]) == 0

    assert sorted(path.name for path in Path("out/package").iterdir()) == [
        "__init__.py",
        "catalog.json",
        "functions.json",
        "source",
        "variants.json",
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
    "arguments", [["t.toml", "s.json"], ["t.toml", "--onto", "x"], ["t.toml", "--into", "."]]
)
def test_wrong_usage_has_a_status_of_its_own(
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
        env=os.environ | {"PYTHONPATH": os.pathsep.join([ROOT, f"{ROOT}/functions"])},
        capture_output=True,
        check=False,
    )

    assert done.returncode == code
    assert bool(done.stdout) == (code == 0)
    assert bool(done.stderr) == (code != 0)
