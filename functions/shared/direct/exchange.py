"""One call without the SDK: written as the SDK writes it, signed, sent, and its answer read."""

import json
import time
from typing import Any

from shared import VERSION
from shared.deadline import Deadline
from shared.direct import parsing
from shared.direct.connection import Connection
from shared.direct.signing import Signer
from shared.direct.target import Target

_OK = 200
_REQUEST = (
    f"POST / HTTP/1.1\r\nAccept-Encoding: identity\r\nUser-Agent: tensorzero-feedback/{VERSION}\r\n"
)
_JSON = json.JSONEncoder()  # the SDK's spelling: the same bytes, and so the same signature


class Undecided(Exception):
    """The answer is an error, and what it means is for the SDK to say."""


def encode(parameters: dict[str, Any]) -> bytes:
    """Give the body of a call."""
    return _JSON.encode(parameters).encode()


class Exchange:
    """Calls one target over one connection."""

    def __init__(self, target: Target, connection: Connection) -> None:
        self._signer = Signer(target)
        self._connection = connection

    def call(self, operation: str, parameters: dict[str, Any], until: Deadline) -> dict[str, Any]:
        """Give a call's result.

        Raises TransactionCanceledException and ConditionalCheckFailedException; Undecided for an
        answer that the SDK must judge, OSError for none, and ValueError or RecursionError for one
        that is not DynamoDB's.
        """
        body = encode(parameters)
        headers = self._signer.headers(operation, body, time.time())
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{_REQUEST}{lines}Content-Length: {len(body)}\r\n\r\n"
        answer = self._connection.exchange(head.encode() + body, until)
        if answer.status == _OK:
            return parsing.result(operation, answer)
        raise parsing.refusal(answer) or Undecided(f"HTTP {answer.status}")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
