"""The SDK's client: the authority for every call that is not plainly answered.

Importing this module loads the SDK.
"""

import json
import logging
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004
from botocore.handlers import add_retry_headers

from shared import VERSION, deadline
from shared.deadline import Deadline
from shared.direct.failure import Unreachable, failure
from shared.direct.target import Target

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_OK = 200
logging.getLogger("botocore").setLevel(logging.WARNING)  # it logs where it found credentials
_CONNECTING = Lock()
"""The SDK makes one client at a time, and a Lambda may need several at the same moment."""


class Sdk:
    """Calls through the SDK, with this project's exceptions."""

    def __init__(self, target: Target | None, attempts: int) -> None:
        """Build the client for a target; None: for whatever the environment says."""
        with _CONNECTING:
            self._client = _connect(target, attempts)
        events = self._client.meta.events
        # DynamoDB does not need the headers that number attempts: 3 % of a call's work.
        events.unregister("request-created", add_retry_headers)
        events.register("before-send.dynamodb", _refuse_late)
        events.register("before-parse.dynamodb", _refuse_nonsense)

    def call(self, method: str, parameters: dict[str, Any], until: Deadline) -> dict[str, Any]:
        """Make a call by the name of the client's method; no attempt begins after the deadline.

        Raises Failure and Unreachable, and what of the SDK's is a mistake in the environment.
        """
        try:
            with deadline.bound(until):
                answer: dict[str, Any] = getattr(self._client, method)(**parameters)
        except ClientError as error:
            raise failure(error.response) from error  # type: ignore[arg-type]  # a TypedDict
        except (ConnectionError, HTTPClientError, TimeoutError) as error:
            raise Unreachable from error
        del answer["ResponseMetadata"]
        return answer

    def close(self) -> None:
        """Close its connections."""
        self._client.close()


def _connect(target: Target | None, attempts: int) -> "DynamoDBClient":
    """Make the client.

    Its attempts take at most three seconds each; DynamoDB answers in milliseconds, and what it
    does not answer by then is better told than waited for. Our own user agent saves a fifth of
    a call's work; the items are ours, so tests validate them instead of each call.
    """
    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=1,
        tcp_keepalive=True,
        parameter_validation=False,
        user_agent=f"tensorzero-feedback/{VERSION}",
    )
    if target is None:
        return boto3.client("dynamodb", config=config)
    return boto3.client(
        "dynamodb",
        config=config,
        region_name=target.region,
        endpoint_url=target.url,
        verify=target.roots,
        aws_access_key_id=target.access_key,
        aws_secret_access_key=target.secret_key,
        aws_session_token=target.token,
    )


def _refuse_late(**_: object) -> None:
    """Begin no attempt that nobody waits for any more. Raises TimeoutError."""
    deadline.current().timeout()


def _refuse_nonsense(response_dict: dict[str, Any], **_: object) -> None:
    """Refuse a 200 that does not say what DynamoDB says: the SDK would take it for a success.

    Raises Unreachable: what was asked for may be done or not.
    """
    if response_dict["status_code"] != _OK:
        return
    try:
        document = json.loads(response_dict["body"])
    except ValueError as error:
        raise Unreachable from error
    if not isinstance(document, dict) or "__type" in document:
        raise Unreachable
