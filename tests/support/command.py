"""The operators' command, called in the test's own process."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, TypeAlias, cast

import pytest

from feedback_cli.command import main


@dataclass(frozen=True)
class Run:
    """A command's exit code and its output."""

    code: int
    out: str
    err: str


Feedback: TypeAlias = Callable[..., Run]


@contextmanager
def full_disk() -> Iterator[None]:
    """Redirect the output to a disk without room."""
    with Path("/dev/full").open("w") as full, redirect_stdout(full):
        yield


@contextmanager
def reading(stdin: TextIO | None) -> Iterator[None]:
    """Let the command read from somewhere else; from nowhere, if it is None."""
    before, sys.stdin = sys.stdin, cast("TextIO", stdin)
    try:
        yield
    finally:
        sys.stdin = before


def command(capsys: pytest.CaptureFixture[str]) -> Feedback:
    """Return a function that runs `feedback` with arguments."""

    def run(*arguments: str) -> Run:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        written = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Run(ended.value.code, written.out, written.err)

    return run
