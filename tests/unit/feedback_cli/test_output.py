"""What the command shows of a key."""

import pytest

from feedback_cli import output
from feedback_cli.keys import Key, new_api_key


def test_a_description_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor break the table: what does not print is shown as such."""
    _, item = new_api_key([], "Zoë\x1b[31m\nred")

    output.keys([Key.parse(item)])

    heading, row = capsys.readouterr().out.splitlines()
    assert heading.startswith("ID")
    assert " Zoë\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}red " in row
