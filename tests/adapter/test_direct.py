"""The client without the SDK: what succeeds is said by it alone, and everything else by the SDK."""

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from shared import deadline
from shared.deadline import Deadline
from shared.direct.client import Client
from shared.direct.connection import Connection, verified
from shared.direct.exchange import Exchange
from shared.direct.failure import (
    ConditionalCheckFailedException,
    TransactionCanceledException,
    Unreachable,
)
from shared.direct.target import SWITCH, Target, target
from tests.adapter.scripted import (
    Act,
    Scripted,
    answer,
    authority,
    http,
    say,
    scripted,
    stall,
    trickle,
)
from tests.support.environment import towards

ITEM = {"id": {"S": "é"}}
FOUND = answer({"Item": ITEM})
BY_THE_SDK = {"Item": {"id": {"S": "by the SDK"}}}
PATIENCE = 0.3
"""Seconds that a call may take here, where the server never ends it."""


@dataclass
class Judge:
    """Stands in for the SDK, and notes what it is asked."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)

    def call(self, method: str, parameters: dict[str, Any], until: Deadline) -> dict[str, Any]:
        """Answer it, within the time of the call."""
        assert until.left() > 0
        self.calls.append((method, parameters))
        return BY_THE_SDK

    def note(self, _operation: str, cause: str) -> None:
        """Note why it is asked."""
        self.causes.append(cause)

    def close(self) -> None:
        """Have nothing to close."""


Make: TypeAlias = Callable[..., Client]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """Make the server's certificate, and the root that verifies it."""
    return authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def judge() -> Judge:
    """Make the stand-in for the SDK."""
    return Judge()


@pytest.fixture
def client_of(tls: tuple[ssl.SSLContext, str], judge: Judge) -> Iterator[Make]:
    """Make a client of a server that is verified by the root."""
    with ExitStack() as stack:

        def make(server: Scripted, roots: str = tls[1]) -> Client:
            found = _target(server)
            exchange = Exchange(found, Connection(found, verified(roots)))
            client = Client(exchange, lambda: judge, judge.note)
            stack.callback(client.close)
            return client

        yield make


def _target(server: Scripted) -> Target:
    found = target({**towards(f"https://127.0.0.1:{server.port}"), SWITCH: ""})
    assert found is not None
    return found


def _get(client: Client) -> dict[str, Any]:
    return client.get_item(TableName="t", Key=ITEM)


def test_what_succeeds_is_said_once_over_one_connection(
    tls: tuple[ssl.SSLContext, str], client_of: Make, judge: Judge
) -> None:
    """By each method; the SDK is not asked, so it is not loaded."""
    with scripted(answer({}), tls=tls[0]) as server:
        client = client_of(server)
        results = [
            client.put_item(TableName="t", Item=ITEM),
            client.get_item(TableName="t", Key=ITEM),
            client.query(TableName="t"),
            client.batch_get_item(RequestItems={}),
            client.batch_write_item(RequestItems={}),
            client.transact_write_items(TransactItems=[], ClientRequestToken="a"),
        ]

    assert results == [{}] * 6
    assert (server.connections, judge.calls) == (1, [])
    targets = [
        request.partition(b"DynamoDB_20120810.")[2].split(b"\r\n")[0] for request in server.requests
    ]
    assert targets == [
        b"PutItem",
        b"GetItem",
        b"Query",
        b"BatchGetItem",
        b"BatchWriteItem",
        b"TransactWriteItems",
    ]


CANCELLED = {
    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
    "Message": "cancelled",
    "CancellationReasons": [{"Code": "ConditionalCheckFailed", "Item": ITEM}, {"Code": "None"}],
}
UNMET = {
    "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
    "message": "unmet",
    "Item": ITEM,
}


def test_what_callers_cause_every_day_is_said_once(
    tls: tuple[ssl.SSLContext, str], client_of: Make, judge: Judge
) -> None:
    """A key or a vote that is taken, an inference that is recorded: without the SDK."""
    bad = "400 Bad Request"
    with scripted(answer(CANCELLED, bad), answer(UNMET, bad), tls=tls[0]) as server:
        client = client_of(server)
        with pytest.raises(TransactionCanceledException) as cancelled:
            client.transact_write_items(TransactItems=[], ClientRequestToken="a")
        with pytest.raises(client.exceptions.ConditionalCheckFailedException) as unmet:
            client.put_item(TableName="t", Item=ITEM)

    assert cancelled.value.response["CancellationReasons"] == CANCELLED["CancellationReasons"]
    assert isinstance(unmet.value, ConditionalCheckFailedException)
    assert unmet.value.response["Item"] == ITEM
    assert (len(server.requests), server.connections, judge.calls) == (2, 1, [])


EMPTY = http(b"{}")
FAULTS: dict[str, tuple[Act, str]] = {
    "cut in the head": (say(EMPTY[:30], stay=False), "ConnectionError"),
    "cut in the body": (say(EMPTY[:-1], stay=False), "ConnectionError"),
    "no answer at all": (say(b"", stay=False), "ConnectionError"),
    "too long": (say(EMPTY + b"}"), "ValueError"),
    "garbage": (say(b"\0" * 50 + b"\r\n\r\n"), "ValueError"),
    "not JSON": (say(http(b"<html>")), "JSONDecodeError"),
    "nested without end": (say(http(b'{"Item":' * 50_000)), "RecursionError"),
    "a wrong checksum": (answer({}, **{"x-amz-crc32": "1"}), "ValueError"),
    "an error that is a 200": (answer({"__type": "x#InternalServerError"}), "ValueError"),
    "a redirect": (answer({}, "301 Moved", Location="https://127.0.0.1:9/"), "HTTP 301"),
    "too many": (answer({"__type": "x#ThrottlingException"}, "400 Bad Request"), "HTTP 400"),
    "broken": (say(http(b"", "500 Internal Server Error")), "HTTP 500"),
    "expired": (answer({"__type": "x#ExpiredTokenException"}, "400 Bad Request"), "HTTP 400"),
    "another clock": (
        answer(
            {"__type": "x#RequestTimeTooSkewed"},
            "403 Forbidden",
            Date="Wed, 21 Oct 2026 07:28:00 GMT",
        ),
        "HTTP 403",
    ),
}


@pytest.mark.parametrize(("act", "cause"), FAULTS.values(), ids=FAULTS)
def test_anything_else_is_the_sdks(
    tls: tuple[ssl.SSLContext, str], client_of: Make, judge: Judge, act: Act, cause: str
) -> None:
    """The same call, once; the next one is said directly again, and not over the rest of this."""
    with scripted(act, FOUND, tls=tls[0]) as server:
        client = client_of(server)

        assert _get(client) == BY_THE_SDK
        assert _get(client) == {"Item": ITEM}

    assert judge.calls == [("get_item", {"TableName": "t", "Key": ITEM})]
    assert judge.causes == [cause]
    assert len(server.requests) == 2


def test_a_connection_that_was_closed_while_idle_is_replaced(
    tls: tuple[ssl.SSLContext, str], client_of: Make, judge: Judge
) -> None:
    """It is seen before anything is sent; so is one with bytes that nobody asked for."""
    with scripted(
        say(http(b"{}"), stay=False), answer({}, Connection="close"), FOUND, tls=tls[0]
    ) as server:
        client = client_of(server)
        answers = [_get(client) for _ in range(4)]

    assert answers == [{}, {}, {"Item": ITEM}, {"Item": ITEM}]
    assert (server.connections, len(server.requests), judge.calls) == (3, 4, [])


def test_a_connection_that_closes_on_the_next_request_is_replaced(
    tls: tuple[ssl.SSLContext, str], client_of: Make, judge: Judge
) -> None:
    """As after an hour without requests: the farewell comes when something is sent."""
    with scripted(FOUND, say(b"", stay=False), FOUND, tls=tls[0]) as server:
        client = client_of(server)

        assert [_get(client) for _ in range(2)] == [{"Item": ITEM}] * 2

    assert (server.connections, len(server.requests), judge.calls) == (2, 3, [])


def test_a_certificate_of_an_unknown_root_is_the_sdks(
    client_of: Make, judge: Judge, tmp_path: Path
) -> None:
    """Nothing is sent to such a server."""
    with scripted(FOUND, tls=authority(tmp_path)[0]) as server:
        assert _get(client_of(server)) == BY_THE_SDK

    assert (judge.causes, server.requests) == (["SSLCertVerificationError"], [])


def test_a_server_of_another_name_is_the_sdks(
    tls: tuple[ssl.SSLContext, str], judge: Judge
) -> None:
    """Though its certificate is good."""
    with scripted(FOUND, tls=tls[0]) as server:
        found = _target(server)._replace(host="localhost")
        connection = Connection(found, verified(tls[1]))
        client = Client(Exchange(found, connection), lambda: judge, judge.note)

        assert _get(client) == BY_THE_SDK

    assert (judge.causes, server.requests) == (["SSLCertVerificationError"], [])


ENDLESS: dict[str, Act] = {
    "in the head": trickle(b"HTTP/1.1 200 OK\r\n" + b"A: " * 10_000),
    "in the body": trickle(http(b" " * 10_000)),
    "stalled": stall,
}


@pytest.mark.parametrize("act", ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("shakes_hands", [True, False])
def test_a_call_ends_at_the_deadline_whatever_still_comes(
    tls: tuple[ssl.SSLContext, str], client_of: Make, judge: Judge, act: Act, shakes_hands: bool
) -> None:
    """A byte in time is no answer in time; nor is a connection that never becomes a secure one."""
    with scripted(act, tls=tls[0], shakes_hands=shakes_hands) as server:
        until = deadline.NEVER.within(0.5 + PATIENCE)
        with deadline.bound(until), pytest.raises(Unreachable) as late:
            _get(client_of(server))

    assert isinstance(late.value.__cause__, TimeoutError)
    assert (judge.calls, judge.causes) == ([], ["TimeoutError"])


def test_a_host_that_is_looked_up_for_ever_ends_at_the_deadline(judge: Judge) -> None:
    """The system's resolver knows no deadline."""
    with scripted(stall) as server:
        found = _target(server)

        def look_up(*_: object) -> list[Any]:
            server.stopped.wait()
            return []

        client = Client(
            Exchange(found, Connection(found, None, look_up)), lambda: judge, judge.note
        )
        until = deadline.NEVER.within(0.5 + PATIENCE)
        with deadline.bound(until), pytest.raises(Unreachable):
            _get(client)

    assert judge.causes == ["TimeoutError"]


def test_with_too_little_time_nothing_begins(
    tls: tuple[ssl.SSLContext, str], client_of: Make, judge: Judge
) -> None:
    """Nobody would see its end."""
    with (
        scripted(FOUND, tls=tls[0]) as server,
        deadline.bound(deadline.invocation(0.9)),
        pytest.raises(Unreachable),
    ):
        _get(client_of(server))

    assert (server.requests, judge.calls, judge.causes) == ([], [], [])


def test_every_address_of_the_host_is_tried(tls: tuple[ssl.SSLContext, str], judge: Judge) -> None:
    """And none is a failure like any other."""
    with scripted(FOUND, tls=tls[0]) as server, socket.create_server(("127.0.0.1", 0)) as other:
        dead = other.getsockname()
        other.close()
        found = _target(server)
        addresses = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", address)
            for address in (dead, ("127.0.0.1", server.port))
        ]
        for chosen, expected in (
            (addresses, {"Item": ITEM}),
            (addresses[:1], BY_THE_SDK),
            ([], BY_THE_SDK),
        ):
            connection = Connection(found, verified(tls[1]), lambda *_, chosen=chosen: chosen)
            client = Client(Exchange(found, connection), lambda: judge, judge.note)

            assert _get(client) == expected
            client.close()

    assert judge.causes == ["ConnectionRefusedError", "ConnectionError"]


def test_that_the_sdk_is_asked_is_written_down(
    tls: tuple[ssl.SSLContext, str], judge: Judge, capsys: pytest.CaptureFixture[str]
) -> None:
    """If DynamoDB's answers ever changed, this is where it would be seen."""
    with scripted(say(http(b"", "503 Service Unavailable")), tls=tls[0]) as server:
        found = _target(server)
        client = Client(Exchange(found, Connection(found, verified(tls[1]))), lambda: judge)
        _get(client)
        client.close()

    assert json.loads(capsys.readouterr().out) == {
        "level": "WARNING",
        "message": "asked the SDK",
        "operation": "GetItem",
        "cause": "HTTP 503",
    }
