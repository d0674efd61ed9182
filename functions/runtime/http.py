"""API Gateway's HTTP events (payload format 2.0): the body in, the reply out."""

import base64
import json
import zlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

from runtime.errors import BodyTooLarge, MalformedBody, Refusal, UnsupportedEncoding, excerpt

Event: TypeAlias = dict[str, Any]
Reply: TypeAlias = dict[str, Any]

MAX_BODY = 6 * 400 * 1024
"""The largest body read, in bytes: an item's 400 KB, each byte spelled as a \\u escape."""

_GZIP = 16 + zlib.MAX_WBITS


def body(event: Event) -> bytes:
    """Take the body's bytes out of an event, decoded and decompressed.

    An absent body is an empty one. Raises BodyTooLarge, MalformedBody, UnsupportedEncoding.
    """
    text = event.get("body") or ""
    try:
        raw = (
            base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
        )
    except ValueError as error:
        raise MalformedBody(
            "Failed to read the request body: the event's body is not base64, or not text"
        ) from error
    content = _decompress(raw, event.get("headers") or {})
    if len(content) > MAX_BODY:
        raise BodyTooLarge(f"The request body is too large: at most {MAX_BODY} bytes are read")
    return content


def reply(status: HTTPStatus, payload: Mapping[str, object], **headers: str) -> Reply:
    """Make the JSON response for API Gateway."""
    return {
        "statusCode": status.value,
        "headers": {"content-type": "application/json", **headers},
        "body": json.dumps(payload, ensure_ascii=False, separators=(",", ":")),
    }


def refuse(refusal: Refusal) -> Reply:
    """Make the response that tells a refusal: `{"error": text, "code": code}`."""
    headers = {} if refusal.retry_after is None else {"retry-after": str(refusal.retry_after)}
    return reply(refusal.status, {"error": str(refusal), "code": refusal.code}, **headers)


def _decompress(raw: bytes, headers: Mapping[str, str]) -> bytes:
    encoding = headers.get("content-encoding", "identity").lower()
    if encoding == "identity":
        return raw
    if encoding != "gzip":
        raise UnsupportedEncoding(
            f"Content-Encoding {excerpt(encoding)!r} is not supported: use gzip or none"
        )
    gzip = zlib.decompressobj(wbits=_GZIP)
    try:
        content = gzip.decompress(raw, MAX_BODY + 1)
    except zlib.error as error:
        raise MalformedBody("Failed to decompress the request body: it is not gzip") from error
    if len(content) <= MAX_BODY and (gzip.unused_data or not gzip.eof):
        raise MalformedBody(
            "Failed to decompress the request body: it is not one whole gzip member"
        )
    return content
