"""What every test of the configuration starts from: files in a folder of its own."""

from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from configuration.error import ConfigurationError
from configuration.loading import load


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Work in a folder of its own, so that a test can write out the paths in a message."""
    with chdir(tmp_path):
        yield tmp_path


@pytest.fixture
def write(folder: Path) -> Callable[[dict[str, str]], None]:
    """Write files, given as path and text."""

    def write_all(files: dict[str, str]) -> None:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode())

    return write_all


@pytest.fixture
def problems(write: Callable[[dict[str, str]], None]) -> Callable[..., tuple[str, ...]]:
    """Load a configuration that cannot be used; return what is wrong with it."""

    def load_broken(files: dict[str, str], pattern: str = "t.toml") -> tuple[str, ...]:
        write(files)
        with pytest.raises(ConfigurationError) as refused:
            load(pattern)
        assert str(refused.value) == "\n".join(refused.value.problems)
        return refused.value.problems

    return load_broken
