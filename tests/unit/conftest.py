"""What handlers leave on their output."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import pytest

Lines: TypeAlias = list[dict[str, Any]]
Output: TypeAlias = Callable[[], tuple[Lines, Lines]]
"""Reads what was written since the last look: (metrics, log lines)."""


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str]) -> Iterator[Output]:
    """Capture metrics and log lines.

    A logger keeps the output that was there when it was made, so each test makes its own (in
    its body: during the set-up of fixtures the output is another one).
    """

    def read() -> tuple[Lines, Lines]:
        written, errors = capsys.readouterr()
        assert errors == ""
        lines = [json.loads(line) for line in written.splitlines()]
        metrics = [line for line in lines if "_aws" in line]
        return metrics, [line for line in lines if "_aws" not in line]

    loggers = logging.Logger.manager.loggerDict
    others = dict(loggers)
    for service in ("aggregator", "authorizer", "batch", "inferences", "reads", "submit"):
        loggers.pop(service, None)
    yield read
    for made in loggers.keys() - others.keys():
        del loggers[made]
