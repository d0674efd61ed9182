"""An HTTP answer out of the bytes that a connection gives, strictly as DynamoDB sends it."""

import re
from binascii import crc32
from collections.abc import Callable
from typing import NamedTuple

MOST_HEAD = 65_536
"""How many bytes status and headers may have."""

_STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3})(?: .*)?")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")
_LENGTH = re.compile(r"[0-9]{1,9}")


class Answer(NamedTuple):
    """What the server said."""

    status: int
    headers: dict[str, str]
    """By their names in lower case."""
    body: bytes


def read(receive: Callable[[], bytes]) -> Answer:
    """Read one answer; `receive` gives the next bytes, and none at the end of the connection.

    Raises ConnectionError if the answer is cut, and ValueError if it is not HTTP/1.1 with a length
    and as many bytes, or not what its checksum was made of.
    """
    head, body = _split(receive)
    first, *lines = head.split(b"\r\n")
    status = _STATUS.fullmatch(first)
    if status is None:
        raise ValueError("no HTTP/1.1 answer")
    headers = _headers(lines)
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not _LENGTH.fullmatch(length):
        raise ValueError("no length, or one that is not the body's")
    body = _complete(body, int(length), receive)
    checksum = headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(crc32(body)):
        raise ValueError("the body is not what its checksum was made of")
    return Answer(int(status[1]), headers, body)


def _split(receive: Callable[[], bytes]) -> tuple[bytes, bytes]:
    """Give what comes before the empty line, and what has come of the rest."""
    content = b""
    while True:
        content += _more(receive)
        head, end, body = content.partition(b"\r\n\r\n")
        if end:
            return head, body
        if len(content) > MOST_HEAD:
            raise ValueError("no end of the headers")


def _headers(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        header = _HEADER.fullmatch(line)
        if header is None:
            raise ValueError("a header without a name, or on two lines")
        name = header[1].decode().lower()
        if name in headers:
            raise ValueError("a header that is there twice")
        headers[name] = header[2].decode("latin-1")
    return headers


def _complete(body: bytes, length: int, receive: Callable[[], bytes]) -> bytes:
    parts, come = [body], len(body)
    while come < length:
        parts.append(_more(receive))
        come += len(parts[-1])
    if come > length:
        raise ValueError("more bytes than were announced")
    return b"".join(parts)


def _more(receive: Callable[[], bytes]) -> bytes:
    content = receive()
    if not content:
        raise ConnectionError("the connection was closed in the middle of an answer")
    return content
