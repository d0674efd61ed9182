"""The operators' command."""

import pytest

from tests.support.command import Feedback, command


@pytest.fixture
def feedback(capsys: pytest.CaptureFixture[str]) -> Feedback:
    """Run `feedback` with arguments."""
    return command(capsys)
