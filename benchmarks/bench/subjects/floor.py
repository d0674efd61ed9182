"""The floor: what Python itself costs for the calls, with `json`, `http.client` and a signature.

It verifies the server and keeps its connection, and does nothing else that a client should:
no deadline, no other attempt, no look at the answer but its status.
"""

import hashlib
import hmac
import http.client
import json
import os
import ssl
import time
from typing import Any

_scheme, _, _host = os.environ["AWS_ENDPOINT_URL_DYNAMODB"].partition("://")
_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_context.load_verify_locations(os.environ["AWS_CA_BUNDLE"])
_connection = (
    http.client.HTTPSConnection(_host, context=_context)
    if _scheme == "https"
    else http.client.HTTPConnection(_host)
)
_TOKEN = os.environ["AWS_SESSION_TOKEN"]
_NAMES = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
_TYPE = "application/x-amz-json-1.0"


def _key(day: str) -> bytes:
    key = b"AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    for part in (day, os.environ["AWS_REGION"], "dynamodb", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _headers(target: str, body: bytes) -> dict[str, str]:
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{stamp[:8]}/{os.environ['AWS_REGION']}/dynamodb/aws4_request"
    asked = (
        f"POST\n/\n\ncontent-type:{_TYPE}\nhost:{_host}\nx-amz-date:{stamp}\n"
        f"x-amz-security-token:{_TOKEN}\nx-amz-target:{target}\n\n{_NAMES}\n"
        f"{hashlib.sha256(body).hexdigest()}"
    )
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    signature = hmac.digest(_key(stamp[:8]), text.encode(), "sha256").hex()
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    return {
        "Content-Type": _TYPE,
        "X-Amz-Date": stamp,
        "X-Amz-Security-Token": _TOKEN,
        "X-Amz-Target": target,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={_NAMES}, "
        f"Signature={signature}",
    }


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Make the calls."""
    for operation, parameters in event["calls"]:
        body = json.dumps(parameters).encode()
        headers = _headers(f"DynamoDB_20120810.{operation}", body)
        _connection.request("POST", "/", body, headers)
        answer = _connection.getresponse()
        if answer.status != http.client.OK:
            raise ValueError(answer.status)
        json.loads(answer.read())
    return {}
