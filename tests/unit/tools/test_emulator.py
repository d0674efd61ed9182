"""The emulator's process: it keeps its state where asked to, and leaves nothing running."""

import socket
from pathlib import Path

import pytest

from tools.emulator import EmulatorDied, emulator, free_port, is_free


def test_what_was_stored_is_there_at_the_next_start(tmp_path: Path) -> None:
    """It writes its state when it is ended, and reads it when it starts."""
    with emulator(tmp_path, keep=True) as first:
        first.client("sns").create_topic(Name="kept")
    with emulator(tmp_path, keep=True) as second:
        topics = second.client("sns").list_topics()["Topics"]

    assert [topic["TopicArn"].rpartition(":")[2] for topic in topics] == ["kept"]


def test_nothing_is_left_when_it_ends(tmp_path: Path) -> None:
    """Neither a listener nor what its Lambdas unpacked."""
    with emulator(tmp_path) as running:
        assert not is_free(running.port)

    assert is_free(running.port)
    assert [path.name for path in tmp_path.iterdir()] == ["emulator.log"]


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    """In the words of its log."""
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()

        with (
            pytest.raises(EmulatorDied, match="already in use"),
            emulator(tmp_path, port=port),
        ):
            pass
