"""What is uploaded, built as `sam build` does it for the Lambda's own platform on this machine."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.template import ROOT, TEMPLATE
from tools.interpreter import find

PYTHON = TEMPLATE["Globals"]["Function"]["Runtime"].removeprefix("python")
AARCH64 = 183  # e_machine in the header of an ELF file
MAGIC = "import importlib.util as u; print(u.MAGIC_NUMBER.hex())"


def build(folder: str, logical_id: str, into: Path) -> Path:
    """Run the Makefile's target, as the SAM CLI does."""
    subprocess.run(
        ["make", "--silent", f"build-{logical_id}"],
        cwd=ROOT / folder,
        env={**os.environ, "ARTIFACTS_DIR": str(into), "BUILD_FOR": "arm64"},
        check=True,
        capture_output=True,
    )
    return into


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the dependencies layer."""
    folder = tmp_path_factory.mktemp("layer")
    return build("layers/dependencies", "DependenciesLayer", folder) / "python"


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build one of the functions."""
    return build("functions", "FeedbackFunction", tmp_path_factory.mktemp("function"))


def test_compiled_packages_are_the_lambdas_whatever_builds_them(layer: Path) -> None:
    """Every shared object is for 64-bit ARM and, where it says so, for the Lambda's Python."""
    objects = list(layer.rglob("*.so"))

    assert {path.parent.name for path in objects} == {"pydantic_core", "jsonschema_rs"}
    for path in objects:
        with path.open("rb") as file:
            assert int.from_bytes(file.read(20)[18:], "little") == AARCH64
        assert "abi3" in path.name or f"cpython-{PYTHON.replace('.', '')}-aarch64" in path.name


def test_the_layer_is_small(layer: Path) -> None:
    """A tenth of what Lambda takes: a cold start loads it."""
    assert sum(path.stat().st_size for path in layer.rglob("*") if path.is_file()) < 30_000_000


def test_a_function_carries_itself_and_what_is_shared(function: Path) -> None:
    """Neither its neighbours nor the compiler of the configuration."""
    assert {path.name for path in function.iterdir()} == {"feedback", "runtime"}


def test_every_module_has_bytecode_that_the_lambdas_python_takes(
    layer: Path, function: Path
) -> None:
    """Of the right Python, and never held against its source."""
    python = find(PYTHON)
    if python is None:
        pytest.skip(f"no Python {PYTHON} on this machine")
    magic = subprocess.run([python, "-c", MAGIC], capture_output=True, text=True, check=True).stdout
    expected = bytes.fromhex(magic) + (0b01).to_bytes(4, "little")

    for source in [*layer.rglob("*.py"), *function.rglob("*.py")]:
        compiled = (
            source.parent / f"__pycache__/{source.stem}.cpython-{PYTHON.replace('.', '')}.pyc"
        )
        assert compiled.read_bytes()[:8] == expected
