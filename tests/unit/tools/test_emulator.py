"""The emulator's process: it keeps its state where asked to, and leaves nothing running."""

import socket
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from tools.emulator import Emulator, EmulatorDied, emulator, free_port, is_free


def test_what_was_stored_is_there_at_the_next_start(tmp_path: Path) -> None:
    """It writes its state when it is ended, and reads it when it starts."""
    with emulator(tmp_path, keep=True) as first:
        first.client("sns").create_topic(Name="kept")
    with emulator(tmp_path, keep=True) as second:
        topics = second.client("sns").list_topics()["Topics"]

    assert [topic["TopicArn"].rpartition(":")[2] for topic in topics] == ["kept"]


def test_what_is_written_after_a_kept_start_is_followed(tmp_path: Path) -> None:
    """From the first record on, though others were read before: the emulator would skip it."""
    with emulator(tmp_path, keep=True, auth=False) as first:
        _follow(first)
        assert _seen_after(first, "one") == ["one"]
    with emulator(tmp_path, keep=True, auth=False) as second:
        assert _seen_after(second, "two")[-1] == "two"


CODE = """
def handler(event, context):
    for record in event["Records"]:
        print("seen", record["dynamodb"]["Keys"]["key"]["S"])
"""


def _follow(aws: Emulator) -> None:
    """Make a table, and a function that follows its stream."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("follower.py", CODE)
    table = aws.client("dynamodb").create_table(
        TableName="followed",
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    functions = aws.client("lambda")
    functions.create_function(
        FunctionName="follower",
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="follower.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    functions.create_event_source_mapping(
        FunctionName="follower",
        EventSourceArn=table["LatestStreamArn"],
        StartingPosition="TRIM_HORIZON",
    )


def _seen_after(aws: Emulator, key: str) -> list[str]:
    """Put an item; return the keys that the function has seen, that one with them."""
    aws.client("dynamodb").put_item(TableName="followed", Item={"key": {"S": key}})
    logs, seen, deadline = aws.client("logs"), list[str](), time.monotonic() + 30
    while key not in seen:
        assert time.monotonic() < deadline, f"{key} was skipped"
        time.sleep(0.1)
        with suppress(logs.exceptions.ResourceNotFoundException):
            events = logs.filter_log_events(logGroupName="/aws/lambda/follower")["events"]
            lines = [line for event in events for line in event["message"].splitlines()]
            seen = [line.split()[1] for line in lines if line.startswith("seen ")]
    return seen


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
