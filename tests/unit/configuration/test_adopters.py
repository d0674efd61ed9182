"""Configurations as public repositories have them, in other words, compile as they always did.

Each folder in adopters/ is one, and its expected.txt is what `python -m configuration` prints.
"""

from contextlib import chdir
from pathlib import Path

import pytest

from configuration.command import main

ADOPTERS = sorted(Path(__file__).with_name("adopters").iterdir())


@pytest.mark.parametrize("folder", ADOPTERS, ids=lambda folder: folder.name)
def test_an_adopters_configuration_compiles(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the same names, types, levels and hash, with the same warnings."""
    with chdir(folder):
        assert main([]) == 0

    assert capsys.readouterr().out == (folder / "expected.txt").read_text("utf-8")


def test_there_are_a_dozen() -> None:
    """Files that are read as one are one."""
    assert len(ADOPTERS) >= 12
