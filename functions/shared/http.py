"""API Gateway's HTTP events (payload format 2.0): the body in, the reply out."""

import base64
import json
import zlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

from shared.document import MalformedBody
from shared.refusal import Refusal, excerpt
from shared.structure import BodyTooLarge

Event: TypeAlias = dict[str, Any]
Reply: TypeAlias = dict[str, Any]

MAX_BODY = 6 * 400 * 1024
"""The largest body read, in bytes: an item's 400 KB, each byte spelled as a \\u escape."""

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_UTF_8 = {"utf-8", "utf8", "us-ascii"}
_REPLACEMENT = "\ufffd"
_GZIP = 16 + zlib.MAX_WBITS


class UnsupportedEncoding(Refusal):
    """A Content-Encoding that is not read here."""

    code = "unsupported_encoding"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class UnsupportedCharset(Refusal):
    """A declared charset other than UTF-8."""

    code = "unsupported_charset"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


def body(event: Event, at_most: int = MAX_BODY) -> bytes:
    """Take the body's bytes out of an event, decoded and decompressed.

    An absent body is an empty one. Raises BodyTooLarge, MalformedBody, UnsupportedEncoding,
    UnsupportedCharset.
    """
    text = event.get("body") or ""
    headers = event.get("headers") or {}
    _check_charset(headers.get("content-type", ""))
    try:
        raw = (
            base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
        )
    except ValueError as error:
        raise MalformedBody(
            "Failed to read the request body: the event's body is not base64, or not text"
        ) from error
    if not event.get("isBase64Encoded"):
        _check_replaced(text, raw, headers.get("content-length"))
    content = _decompress(raw, headers, at_most, is_text=not event.get("isBase64Encoded"))
    if len(content) > at_most:
        raise BodyTooLarge(f"The request body is too large: at most {at_most} bytes are read")
    return content


def reply(status: HTTPStatus, payload: object, **headers: str) -> Reply:
    """Make the JSON response for API Gateway."""
    return {
        "statusCode": int(status),
        "headers": {"content-type": "application/json", **headers},
        "body": _JSON.encode(payload),
    }


def refuse(refusal: Refusal) -> Reply:
    """Make the response to a request that is refused: `{"error": text, "code": code}`."""
    headers = {} if refusal.retry_after is None else {"retry-after": str(refusal.retry_after)}
    return reply(refusal.status, refusal.payload, **headers)


def _check_charset(content_type: str) -> None:
    if "charset" not in content_type.lower():
        return
    for parameter in content_type.lower().split(";")[1:]:
        name, _, value = parameter.partition("=")
        charset = value.strip().strip("\"'")
        if name.strip() == "charset" and charset not in _UTF_8:
            raise UnsupportedCharset(
                f"Content-Type: charset {excerpt(charset)!r} is not supported: send UTF-8"
            )


def _check_replaced(text: str, raw: bytes, sent: str | None) -> None:
    """Refuse a text in which API Gateway has replaced what is not UTF-8; it says nothing of it."""
    if _REPLACEMENT in text and sent is not None and sent.strip() != str(len(raw)):
        raise MalformedBody("Failed to read the request body: it is not UTF-8")


def _decompress(raw: bytes, headers: Mapping[str, str], at_most: int, *, is_text: bool) -> bytes:
    encoding = headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return raw
    if encoding != "gzip":
        raise UnsupportedEncoding(
            f"Content-Encoding {excerpt(encoding)!r} is not supported: use gzip or none"
        )
    if is_text:
        raise MalformedBody(
            "Failed to decompress the request body: API Gateway took it for text, send gzip with "
            "Content-Type application/octet-stream"
        )
    gzip = zlib.decompressobj(wbits=_GZIP)
    try:
        content = gzip.decompress(raw, at_most + 1)
    except zlib.error as error:
        raise MalformedBody("Failed to decompress the request body: it is not gzip") from error
    if len(content) <= at_most and (gzip.unused_data or not gzip.eof):
        raise MalformedBody(
            "Failed to decompress the request body: it is not one whole gzip member"
        )
    return content
