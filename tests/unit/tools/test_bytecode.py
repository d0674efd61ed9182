"""The bytecode that ships with the sources: valid whatever happens to the files' times."""

import os
import subprocess
import sys
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

from tools.bytecode import compile_tree
from tools.interpreter import find

UNCHECKED_HASH = (0b01).to_bytes(4, "little")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Make a tree of one module, compiled."""
    (tmp_path / "module.py").write_text("def fail():\n    raise ValueError\n")
    compile_tree(tmp_path, python=sys.executable, shipped_as="/opt/python")
    return tmp_path


def test_bytecode_is_never_held_against_its_source(tree: Path) -> None:
    """It says so in its header, after the magic number of its Python."""
    (compiled,) = tree.rglob("*.pyc")

    assert compiled.read_bytes()[:8] == MAGIC_NUMBER + UNCHECKED_HASH


def test_a_traceback_names_the_path_on_lambda(tree: Path) -> None:
    """Not the one on the machine that built it, which would also make each build another."""
    (compiled,) = tree.rglob("*.pyc")

    assert b"/opt/python/module.py" in compiled.read_bytes()
    assert os.fsencode(tree) not in compiled.read_bytes()


@pytest.mark.parametrize(("required", "status", "word"), [("0", 0, "WARNING"), ("1", 1, "ERROR")])
def test_a_build_without_the_lambdas_python_goes_on_unless_it_is_a_release(
    tmp_path: Path, required: str, status: int, word: str
) -> None:
    """There is no Python 3.99, neither here nor anywhere."""
    (tmp_path / "module.py").write_text("")

    done = subprocess.run(
        [sys.executable, "-m", "tools.bytecode", tmp_path, "--python=3.99", "--shipped-as=/opt"],
        env={**os.environ, "REQUIRE_BYTECODE": required},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == status
    assert done.stderr.startswith(f"{word}: no Python 3.99 here")
    assert not list(tmp_path.rglob("*.pyc"))


def test_a_python_that_runs_is_found_by_its_version() -> None:
    """As any: the one that runs this test."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"

    found = find(version)

    assert found is not None
    said = subprocess.run([found, "-V"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"Python {version}.")
