"""AWS's Signature Version 4, for DynamoDB's one kind of request."""

import hashlib
import hmac
import time

from shared.direct.target import Target

CONTENT_TYPE = "application/x-amz-json-1.0"
API = "DynamoDB_20120810"


class Signer:
    """Signs requests to one host with one pair of keys; the key of the day is kept."""

    def __init__(self, target: Target) -> None:
        self._target = target
        token = () if target.token is None else (("x-amz-security-token", target.token),)
        self._names = ";".join(
            ("content-type", "host", "x-amz-date", *(name for name, _ in token), "x-amz-target")
        )
        self._before = f"POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{target.authority}\n"
        self._token = "".join(f"{name}:{value}\n" for name, value in token)
        self._headers = {"Content-Type": CONTENT_TYPE, "Host": target.authority}
        if target.token is not None:
            self._headers["X-Amz-Security-Token"] = target.token
        self._scope, self._key = "", b""

    def headers(self, operation: str, body: bytes, now: float) -> dict[str, str]:
        """Give the signed headers of a call, and their signature; seconds since 1970."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        self._renew(stamp[:8])
        request = (
            f"{self._before}x-amz-date:{stamp}\n{self._token}x-amz-target:{API}.{operation}\n\n"
            f"{self._names}\n{hashlib.sha256(body).hexdigest()}"
        )
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{self._scope}\n{digest}"
        signature = hmac.digest(self._key, text.encode(), "sha256").hex()
        return {
            **self._headers,
            "X-Amz-Date": stamp,
            "X-Amz-Target": f"{API}.{operation}",
            "Authorization": (
                f"AWS4-HMAC-SHA256 Credential={self._target.access_key}/{self._scope}, "
                f"SignedHeaders={self._names}, Signature={signature}"
            ),
        }

    def _renew(self, day: str) -> None:
        scope = f"{day}/{self._target.region}/dynamodb/aws4_request"
        if scope != self._scope:
            key = f"AWS4{self._target.secret_key}".encode()
            for part in scope.split("/"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._scope, self._key = scope, key
