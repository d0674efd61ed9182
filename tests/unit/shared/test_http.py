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
from shared.http import BodyTooLarge, UnsupportedEncoding


def _encoded(raw: bytes, **headers: str) -> dict[str, Any]:
    return {
        "body": base64.b64encode(raw).decode(),
        "isBase64Encoded": True,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
    }


def _refused(event: dict[str, Any]) -> type[Exception]:
    with pytest.raises((BodyTooLarge, MalformedBody, UnsupportedEncoding)) as caught:
        http.body(event)
    assert len(str(caught.value)) < 500
    return caught.type


@given(st.text())
def test_a_text_body_is_its_utf_8(text: str) -> None:
    """API Gateway gives what is text as a text."""
    assert http.body({"body": text, "isBase64Encoded": False, "headers": {}}) == text.encode()


@given(st.binary())
def test_a_base64_body_is_decoded(raw: bytes) -> None:
    """API Gateway encodes what is neither text nor JSON by its content type."""
    assert http.body(_encoded(raw)) == raw


@pytest.mark.parametrize(
    "event",
    [{}, {"body": None}, {"body": ""}, {"headers": None}, {"body": "", "isBase64Encoded": True}],
)
def test_an_absent_body_is_empty(event: dict[str, Any]) -> None:
    """API Gateway leaves it out."""
    assert http.body(event) == b""


@pytest.mark.parametrize("text", ["a", "====", "{}", "e30", "e30=\n", "é", "e30=e30="])
def test_what_is_not_base64_is_refused(text: str) -> None:
    """If it says that it were."""
    assert _refused({"body": text, "isBase64Encoded": True}) is MalformedBody


def test_what_is_not_text_is_refused() -> None:
    """An event's JSON can hold half a surrogate pair."""
    assert _refused({"body": json.loads(r'"\ud800"')}) is MalformedBody


@pytest.mark.parametrize("name", ["gzip", "GZIP", "GZip"])
@given(raw=st.binary(max_size=200))
def test_a_gzip_body_is_decompressed(name: str, raw: bytes) -> None:
    """However its header is spelled."""
    assert http.body(_encoded(gzip.compress(raw), content_encoding=name)) == raw


def test_an_identity_body_is_what_it_is() -> None:
    """The header may say so."""
    assert http.body(_encoded(b"{}", content_encoding="identity")) == b"{}"


WHOLE = gzip.compress(b'{"a": 1}')


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        zlib.compress(b"{}"),
        WHOLE[:5],
        WHOLE[:-1],
        WHOLE[:-8],
        WHOLE[:-5] + b"\0" * 5,
        WHOLE + b"\0",
        WHOLE * 2,
    ],
    ids=[
        "empty",
        "plain",
        "zlib",
        "header",
        "no end",
        "no sum",
        "wrong sum",
        "tail",
        "two members",
    ],
)
def test_what_is_not_one_whole_gzip_member_is_refused(raw: bytes) -> None:
    """Nothing is read of a body that is damaged, and no part is taken for the whole."""
    assert _refused(_encoded(raw, content_encoding="gzip")) is MalformedBody


def test_gzip_that_came_as_text_is_told_how_to_come() -> None:
    """It has lost bytes by then."""
    event = {"body": "\x1f\ufffd", "headers": {"content-encoding": "gzip"}}

    with pytest.raises(MalformedBody, match="Content-Type application/octet-stream"):
        http.body(event)


@pytest.mark.parametrize("name", ["br", "zstd", "deflate", "gzip, gzip", "", "x" * 100_000])
def test_another_encoding_is_refused(name: str) -> None:
    """With a name that is cut."""
    assert _refused(_encoded(b"{}", content_encoding=name)) is UnsupportedEncoding


def test_the_largest_body_is_read() -> None:
    """Each byte of the largest item, spelled as an escape."""
    largest = b"x" * http.MAX_BODY

    assert len(r"\u0000") * 400 * 1024 == http.MAX_BODY
    assert http.body({"body": largest.decode()}) == largest
    assert http.body(_encoded(largest)) == largest
    assert http.body(_encoded(gzip.compress(largest), content_encoding="gzip")) == largest


@pytest.mark.parametrize("more", [1, 1_000_000])
def test_a_larger_body_is_refused(more: int) -> None:
    """Counted in bytes, decoded and decompressed."""
    larger = b"x" * (http.MAX_BODY + more)

    assert _refused({"body": larger.decode()}) is BodyTooLarge
    assert _refused({"body": "é" * (len(larger) // 2 + 1)}) is BodyTooLarge
    assert _refused(_encoded(larger)) is BodyTooLarge
    assert _refused(_encoded(gzip.compress(larger), content_encoding="gzip")) is BodyTooLarge


def test_a_gzip_bomb_takes_no_more_memory_than_the_largest_body() -> None:
    """It is left alone at that size."""
    bomb = _encoded(gzip.compress(bytes(100_000_000)), content_encoding="gzip")
    tracemalloc.start()
    try:
        assert _refused(bomb) is BodyTooLarge
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4 * http.MAX_BODY


def test_a_reply_is_compact_json() -> None:
    """As API Gateway wants it."""
    assert http.reply(HTTPStatus.OK, {"a": "é", "b": [1, None]}, allow="POST") == {
        "statusCode": 200,
        "headers": {"content-type": "application/json", "allow": "POST"},
        "body": '{"a":"é","b":[1,null]}',
    }


def test_a_refusal_says_its_text_and_its_code() -> None:
    """In this order: TensorZero's key is the first."""
    assert http.refuse(UnknownMetric("Unknown metric: `x`")) == {
        "statusCode": 404,
        "headers": {"content-type": "application/json"},
        "body": '{"error":"Unknown metric: `x`","code":"unknown_metric"}',
    }


def test_a_refusal_that_may_pass_says_when_to_come_again() -> None:
    """In seconds."""
    reply = http.refuse(StorageUnavailable())

    assert reply["statusCode"] == 503
    assert reply["headers"]["retry-after"] == "1"
