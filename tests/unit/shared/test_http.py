"""HTTP events: which bytes a body is, and what a reply looks like."""

import base64
import gzip
import json
import tracemalloc
import zlib
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.kinds.registry import UnknownMetric
from shared import http
from shared.document import MalformedBody
from shared.dynamodb import StorageUnavailable
from shared.http import MAX_BODY, Event, UnsupportedCharset, UnsupportedEncoding
from shared.refusal import Refusal
from shared.structure import BodyTooLarge

GZIP = {"content-encoding": "gzip"}
WHOLE = gzip.compress(b'{"a": 1}')
DAMAGED = {
    "plain": b"{}",
    "zlib": zlib.compress(b"{}"),
    **{f"cut at {length}": WHOLE[:length] for length in (0, 5, -8, -1)},
    "wrong checksum": WHOLE[:-5] + b"\0" * 5,
    "a tail": WHOLE + b"\0",
    "two members": WHOLE * 2,
}


def _encoded(raw: bytes, headers: dict[str, str] | None = None) -> Event:
    return {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True, "headers": headers}


def _refused(event: Event) -> type[Refusal]:
    with pytest.raises(Refusal) as caught:
        http.body(event)
    assert len(str(caught.value)) < 500
    return caught.type


@given(st.text(), st.binary(), st.sampled_from(["gzip", "GZIP", "GZip"]))
def test_a_body_is_read_as_api_gateway_passes_it(text: str, raw: bytes, name: str) -> None:
    """As text or in base64, compressed or not."""
    compressed = _encoded(gzip.compress(raw), {"content-encoding": name})

    assert http.body({"body": text, "isBase64Encoded": False, "headers": {}}) == text.encode()
    assert http.body(_encoded(raw)) == raw
    assert http.body(_encoded(raw, {"content-encoding": "identity"})) == raw
    assert http.body(compressed) == raw


@pytest.mark.parametrize(
    "event",
    [{}, {"body": None}, {"body": ""}, {"headers": None}, {"body": "", "isBase64Encoded": True}],
    ids=str,
)
def test_an_absent_body_is_empty(event: dict[str, Any]) -> None:
    """API Gateway leaves it out."""
    assert http.body(event) == b""


@pytest.mark.parametrize("text", ["a", "====", "{}", "e30", "e30=\n", "é", "e30=e30="])
def test_what_is_not_base64_is_refused(text: str) -> None:
    """Where the event says that it is; half a surrogate pair, which JSON can hold, is no text."""
    assert _refused({"body": text, "isBase64Encoded": True}) is MalformedBody
    assert _refused({"body": json.loads(r'"\ud800"')}) is MalformedBody


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_is_not_one_whole_gzip_member_is_refused(damage: str) -> None:
    """No part of a body is taken for the whole."""
    assert _refused(_encoded(DAMAGED[damage], GZIP)) is MalformedBody


def test_gzip_that_arrives_as_text_is_refused_with_a_hint() -> None:
    """It has lost bytes by then."""
    with pytest.raises(MalformedBody, match="Content-Type application/octet-stream"):
        http.body({"body": "\x1f\ufffd", "headers": GZIP})


@pytest.mark.parametrize("name", ["br", "deflate", "gzip, gzip", "", "x" * 100_000])
def test_another_encoding_is_refused(name: str) -> None:
    """However long its name is."""
    assert _refused(_encoded(b"{}", {"content-encoding": name})) is UnsupportedEncoding


@pytest.mark.parametrize(
    ("parameters", "read"),
    [
        *(
            (text, True)
            for text in ("", "; charset=utf-8", ';  Charset = "UTF8"', "; charset=us-ascii")
        ),
        *(
            (text, False)
            for text in ("; charset=utf-16", "; x=y; charset='ISO-8859-1'", "; charset=")
        ),
        (f"; charset={'x' * 1_000}", False),
    ],
)
def test_only_utf_8_is_read(parameters: str, read: bool) -> None:
    """A body in a declared charset of another name would be misunderstood."""
    event: Event = {"body": "{}", "headers": {"content-type": f"text/charset{parameters}"}}

    if read:
        assert http.body(event) == b"{}"
    else:
        assert _refused(event) is UnsupportedCharset


def test_a_text_that_api_gateway_has_altered_is_refused() -> None:
    """It replaces what is not UTF-8, and the length differs; a caller may send U+FFFD, too."""
    text = "a\ufffd"

    for headers in ({"content-length": " 4 "}, {}):
        assert http.body({"body": text, "headers": headers}) == text.encode()
    assert _refused({"body": text, "headers": {"content-length": "2"}}) is MalformedBody
    assert http.body({"body": "a", "headers": {"content-length": "2"}}) == b"a"


def test_the_largest_body_is_read_and_one_byte_more_is_refused() -> None:
    """Counted in bytes, decoded and decompressed; the largest is an item spelled in escapes."""
    largest = b"x" * MAX_BODY
    larger = largest + b"x"

    assert len(r"\u0000") * 400 * 1024 == MAX_BODY
    for event in (
        {"body": largest.decode()},
        _encoded(largest),
        _encoded(gzip.compress(largest), GZIP),
    ):
        assert http.body(event) == largest
    for event in (
        {"body": larger.decode()},
        {"body": "é" * (MAX_BODY // 2 + 1)},
        _encoded(larger),
        _encoded(gzip.compress(larger), GZIP),
    ):
        assert _refused(event) is BodyTooLarge


def test_a_gzip_bomb_takes_little_memory() -> None:
    """It is decompressed up to the largest body only."""
    bomb = _encoded(gzip.compress(bytes(100_000_000)), GZIP)
    tracemalloc.start()
    try:
        assert _refused(bomb) is BodyTooLarge
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4 * MAX_BODY


def test_a_reply_is_compact_json() -> None:
    """As API Gateway takes it."""
    assert http.reply(HTTPStatus.OK, {"a": "é", "b": [1, None]}, allow="POST") == {
        "statusCode": 200,
        "headers": {"content-type": "application/json", "allow": "POST"},
        "body": '{"a":"é","b":[1,null]}',
    }


def test_a_refusal_is_its_text_and_its_code() -> None:
    """TensorZero's key comes first; one that may pass has Retry-After, in seconds."""
    refused, unavailable = http.refuse(UnknownMetric("no `x`")), http.refuse(StorageUnavailable())

    assert refused == {
        "statusCode": 404,
        "headers": {"content-type": "application/json"},
        "body": '{"error":"no `x`","code":"unknown_metric"}',
    }
    assert unavailable["statusCode"] == 503
    assert unavailable["headers"]["retry-after"] == "1"
