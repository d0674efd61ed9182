"""What is uploaded, built as `sam build` does it for the Lambda's own platform on this machine."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.template import ROOT, TEMPLATE
from tools.interpreter import find

PYTHON = TEMPLATE["Globals"]["Function"]["Runtime"].removeprefix("python")
AARCH64 = 183  # e_machine in the header of an ELF file
COMPILED = {
    "DependenciesLayer": {"pydantic_core", "jsonschema_rs"},
    "JwtLayer": {"bindings", "python"},  # of cryptography, and of cffi at the top
}
"""The folders of a layer that hold shared objects."""
LARGEST = 30_000_000
"""A tenth of what Lambda takes, in bytes: a cold start loads it."""
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
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the layers of third-party packages."""
    folders = {"DependenciesLayer": "layers/dependencies", "JwtLayer": "layers/jwt"}
    return {
        name: build(folder, name, tmp_path_factory.mktemp(name)) / "python"
        for name, folder in folders.items()
    }


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build one of the functions."""
    return build("functions", "SubmitFunction", tmp_path_factory.mktemp("function"))


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_packages_are_the_lambdas_whatever_builds_them(
    name: str, layers: dict[str, Path]
) -> None:
    """Every shared object is for 64-bit ARM and, where it says so, for the Lambda's Python."""
    objects = list(layers[name].rglob("*.so"))
    size = sum(path.stat().st_size for path in layers[name].rglob("*") if path.is_file())

    assert size < LARGEST
    assert {path.parent.name for path in objects} == COMPILED[name]
    for path in objects:
        with path.open("rb") as file:
            assert int.from_bytes(file.read(20)[18:], "little") == AARCH64
        assert "abi3" in path.name or f"cpython-{PYTHON.replace('.', '')}-aarch64" in path.name


def test_of_what_tokens_need_nothing_is_shipped_that_is_never_loaded(
    layers: dict[str, Path],
) -> None:
    """The half of cffi that reads C headers, and a parser of C; licences stay."""
    shipped = {
        path.name.partition("-")[0].partition(".")[0] for path in layers["JwtLayer"].iterdir()
    }

    assert shipped == {"_cffi_backend", "cffi", "cryptography"}
    assert not (layers["JwtLayer"] / "cffi").exists()


def test_a_function_carries_itself_and_what_is_shared(function: Path) -> None:
    """Neither its neighbours nor the compiler of the configuration."""
    assert {path.name for path in function.iterdir()} == {"feedback", "shared", "submit"}


def test_every_module_has_bytecode_that_the_lambdas_python_takes(
    layers: dict[str, Path], function: Path
) -> None:
    """Of the right Python, and never held against its source."""
    python = find(PYTHON)
    if python is None:
        pytest.skip(f"no Python {PYTHON} on this machine")
    magic = subprocess.run([python, "-c", MAGIC], capture_output=True, text=True, check=True).stdout
    expected = bytes.fromhex(magic) + (0b01).to_bytes(4, "little")

    for source in (one for tree in (*layers.values(), function) for one in tree.rglob("*.py")):
        compiled = (
            source.parent / f"__pycache__/{source.stem}.cpython-{PYTHON.replace('.', '')}.pyc"
        )
        assert compiled.read_bytes()[:8] == expected
