"""What is not plainly answered ends as it would have with the SDK alone, and in time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from shared import deadline
from shared.direct.client import Client
from shared.direct.connect import connect, roots
from shared.direct.failure import Failure, Unreachable
from shared.direct.sdk import Sdk
from shared.direct.target import SWITCH, target
from tests.adapter.scripted import Act, answer, authority, http, say, scripted, stall, trickle
from tests.support.environment import environment, towards

Make: TypeAlias = Callable[..., Client]
WAYS: tuple[dict[str, str], ...] = ({SWITCH: ""}, {SWITCH: "sdk"})
ITEM = {"id": {"S": "é"}}
OK = answer({"Item": ITEM})


@pytest.fixture
def client_of() -> Iterator[Make]:
    """Make a client as a Lambda with these variables makes it."""
    with ExitStack() as stack:

        def make(url: str, **variables: str) -> Client:
            own = {**towards(url), **variables}
            with environment(own):
                client = connect(own)
            stack.callback(client.close)
            return client

        yield make


def _get(client: Client) -> dict[str, Any]:
    return client.get_item(TableName="t", Key=ITEM)


def error(code: str, status: str = "400 Bad Request", **headers: str) -> Act:
    """Answer with an error that has everything that real ones have."""
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    return answer({"__type": kind, "message": f"{code}!"}, status, **headers)


SKEWED = {"Date": "Wed, 21 Oct 2026 07:28:00 GMT"}
ERRORS = {
    "expired": error("ExpiredTokenException"),
    "another clock": error("InvalidSignatureException", "403 Forbidden", **SKEWED),
    "denied": error("AccessDeniedException"),
    "invalid": error("ValidationException"),
    "a redirect": error("Moved", "301 Moved Permanently", Location="http://127.0.0.1:9/"),
    "cancelled": error("TransactionCanceledException"),
    "unmet": error("ConditionalCheckFailedException"),
}


@pytest.mark.parametrize("act", ERRORS.values(), ids=ERRORS)
def test_an_error_is_the_sdks_to_the_letter(client_of: Make, act: Act) -> None:
    """Whether it was asked from the start, or when the answer came."""
    failures = []
    for variables in WAYS:
        with scripted(act) as server, pytest.raises(Failure) as failed:
            _get(client_of(f"http://127.0.0.1:{server.port}", **variables))
        failures.append((type(failed.value), str(failed.value), failed.value.response))

    assert failures[0] == failures[1]


HEADERS = {
    *(b"Host", b"Accept-Encoding", b"Content-Length", b"Content-Type", b"User-Agent"),
    *(b"Authorization", b"X-Amz-Date", b"X-Amz-Target"),
}
"""What a call sends: nothing that DynamoDB does not need."""


@pytest.mark.parametrize("variables", WAYS)
def test_both_ways_send_the_same_and_get_the_same(
    client_of: Make, variables: dict[str, str]
) -> None:
    """The same bytes under the same signed headers, and one connection for all of it."""
    with scripted(OK) as server:
        client = client_of(f"http://127.0.0.1:{server.port}", **variables)
        results = [_get(client), _get(client)]

    assert results == [{"Item": ITEM}] * 2
    assert server.connections == 1
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert body == b'{"TableName": "t", "Key": {"id": {"S": "\\u00e9"}}}'
    assert lines[b"X-Amz-Target"] == b"DynamoDB_20120810.GetItem"
    assert lines[b"Content-Type"] == b"application/x-amz-json-1.0"
    assert lines[b"Host"] == b"127.0.0.1:%d" % server.port
    assert lines[b"Accept-Encoding"] == b"identity"
    assert lines[b"User-Agent"].startswith(b"tensorzero-feedback/")
    assert lines.keys() == HEADERS


@pytest.mark.parametrize("variables", WAYS)
@pytest.mark.usefixtures("short_pauses")
def test_either_way_there_are_three_attempts(client_of: Make, variables: dict[str, str]) -> None:
    """The direct one is one of them."""
    broken = error("InternalServerError", "500 Internal Server Error")
    with scripted(broken) as server, pytest.raises(Failure) as failed:
        _get(client_of(f"http://127.0.0.1:{server.port}", **variables))

    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert len(server.requests) == 3


NONSENSE = {
    "garbage": say(http(b"<html>It works!</html>")),
    "no object": answer([]),
    "an error inside": answer({"__type": "x#InternalServerError"}),
}


@pytest.mark.parametrize("variables", WAYS)
@pytest.mark.parametrize("act", NONSENSE.values(), ids=NONSENSE)
def test_a_200_that_says_something_else_is_no_success(
    client_of: Make, act: Act, variables: dict[str, str]
) -> None:
    """The SDK by itself would take it for an empty one."""
    with scripted(act) as server, pytest.raises(Unreachable):
        _get(client_of(f"http://127.0.0.1:{server.port}", **variables))


ENDLESS: dict[str, Act] = {
    "trickles in the head": trickle(b"HTTP/1.1 200 OK\r\n" + b"A: " * 10_000),
    "trickles in the body": trickle(http(b" " * 10_000)),
    "stalls": stall,
    "asks to wait": error("ThrottlingException", **{"x-amz-retry-after": "60000"}),
}


@pytest.mark.parametrize("variables", WAYS)
@pytest.mark.parametrize("act", ENDLESS.values(), ids=ENDLESS)
def test_the_sdk_ends_at_the_deadline_as_well(
    client_of: Make, act: Act, variables: dict[str, str]
) -> None:
    """Neither a byte in time nor a long pause that the server asks for makes a call outlast it."""
    with scripted(act) as server:
        client = client_of(f"http://127.0.0.1:{server.port}", **variables)
        client.load()
        with deadline.bound(deadline.NEVER.within(0.9)), pytest.raises(Unreachable) as late:
            _get(client)
        assert isinstance(late.value.__cause__, TimeoutError)


@pytest.mark.parametrize(
    ("act", "raised"),
    [(OK, None), *((one, Failure) for one in ERRORS.values())]
    + [(one, Unreachable) for one in (*NONSENSE.values(), stall)],
)
@pytest.mark.usefixtures("short_pauses")
def test_without_a_client_the_sdk_says_the_same(act: Act, raised: type[Exception] | None) -> None:
    """In this thread, and not in one that is waited for."""
    with scripted(act) as server:
        own = {**towards(f"http://127.0.0.1:{server.port}"), SWITCH: ""}
        sdk = Sdk(target(own), 1)
        with closing(sdk), pytest.raises(raised) if raised else nullcontext():
            found = sdk.call("get_item", {"TableName": "t", "Key": ITEM}, deadline.NEVER)
            assert found == {"Item": ITEM}


def test_no_attempt_begins_after_the_deadline() -> None:
    """What nobody waits for any more is not sent later on, when Lambda thaws the process."""
    with scripted(OK) as server:
        own = {**towards(f"http://127.0.0.1:{server.port}"), SWITCH: ""}
        sdk = Sdk(target(own), 3)
        with pytest.raises(Unreachable):
            sdk.call("get_item", {"TableName": "t", "Key": ITEM}, deadline.NEVER.within(0))

    assert server.requests == []


@pytest.mark.usefixtures("short_pauses")
def test_an_unknown_root_is_unknown_to_the_sdk_too(client_of: Make, tmp_path: Path) -> None:
    """No other authority is asked behind its back, and nothing is sent."""
    with scripted(OK, tls=authority(tmp_path)[0]) as server, pytest.raises(Unreachable) as failed:
        _get(client_of(f"https://127.0.0.1:{server.port}"))

    assert type(failed.value.__cause__).__name__ == "SSLError"
    assert server.requests == []


def test_the_roots_are_found_beside_the_sdk() -> None:
    """Without it there are none."""
    assert "BEGIN CERTIFICATE" in Path(roots()).read_text("utf-8")
    with pytest.raises(ModuleNotFoundError):
        roots("no_such_package")
