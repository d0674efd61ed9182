"""The operators' command, called in the test's own process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import pytest

from feedback_cli.command import main


@dataclass(frozen=True)
class Run:
    """What came of a command."""

    code: int
    out: str
    err: str


Feedback: TypeAlias = Callable[..., Run]


def command(capsys: pytest.CaptureFixture[str]) -> Feedback:
    """Give what runs `feedback` with arguments."""

    def run(*arguments: str) -> Run:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        written = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Run(ended.value.code, written.out, written.err)

    return run
