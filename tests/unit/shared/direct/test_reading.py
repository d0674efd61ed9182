"""HTTP as DynamoDB speaks it is read however it is cut; anything else is an error."""

from binascii import crc32
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.direct.reading import MOST_HEAD, Answer, read

BODY = b'{"Item":{"a":{"S":"\xc3\xa9"}}}'
HEAD = (
    b"HTTP/1.1 200 OK\r\nServer: Server\r\nContent-Length: %d\r\nConnection:keep-alive\r\n"
    b"x-amz-crc32: %d\r\nX-Empty:\r\n\r\n" % (len(BODY), crc32(BODY))
)
WHOLE = HEAD + BODY


def _pieces(*pieces: bytes) -> Callable[[], bytes]:
    """Give one piece after the other, and then no more: the end of the connection."""
    left: Iterator[bytes] = iter(pieces)
    return lambda: next(left, b"")


@given(st.sets(st.integers(1, len(WHOLE) - 1)))
def test_it_does_not_matter_how_the_bytes_come(cuts: set[int]) -> None:
    """At once, one by one, or cut anywhere."""
    places = [0, *sorted(cuts), len(WHOLE)]
    pieces = [WHOLE[start:end] for start, end in pairwise(places)]

    assert read(_pieces(*pieces)) == Answer(
        200,
        {
            "server": "Server",
            "content-length": str(len(BODY)),
            "connection": "keep-alive",
            "x-amz-crc32": str(crc32(BODY)),
            "x-empty": "",
        },
        BODY,
    )


@given(st.integers(0, len(WHOLE) - 1))
def test_an_answer_that_is_cut_is_none(length: int) -> None:
    """Wherever it is."""
    with pytest.raises(ConnectionError):
        read(_pieces(WHOLE[:length]))


OK = b"HTTP/1.1 200 OK\r\n"
ODD = {
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "no status": b"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\n{}",
    "no length": OK + b"\r\n{}",
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a negative length": OK + b"Content-Length: -2\r\n\r\n{}",
    "a length that is no number": OK + b"Content-Length: 2, 2\r\n\r\n{}",
    "a length that nobody has": OK + b"Content-Length: 12345678901\r\n\r\n{}",
    "too short a length": OK + b"Content-Length: 1\r\n\r\n{}",
    "chunks": OK + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
    "a header on two lines": OK + b"Content-Length: 2\r\n ,\r\n\r\n{}",
    "a header without a colon": OK + b"Content-Length 2\r\n\r\n{}",
    "another body": OK + b"Content-Length: 2\r\nx-amz-crc32: 1\r\n\r\n{}",
    "headers without an end": OK + b"A: b\r\n" * MOST_HEAD,
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_an_answer_that_dynamodb_does_not_send_is_an_error(content: bytes) -> None:
    """The SDK is to judge it."""
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for nobody
        read(_pieces(content))


@given(st.binary(max_size=200))
def test_garbage_is_an_error_and_no_crash(garbage: bytes) -> None:
    """Whatever it is: one of the two errors that are expected."""
    with pytest.raises((ConnectionError, ValueError)):
        read(_pieces(b"HTTP/1.1 2" + garbage))
