"""The tables as an operator reads them: whole, in parts that are read at the same time."""

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Event
from typing import TYPE_CHECKING, Any, TypeAlias

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004

from shared.direct.failure import Exceptions, Unreachable, failure
from shared.items import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SEGMENTS = 4
"""How many parts of a table are read at the same time."""

Tables: TypeAlias = Mapping[str, str]
"""The tables' names on AWS by the keys that the Lambdas have: its KINDS, `target`, `aggregate`."""
Handle: TypeAlias = Callable[[list[Item], int], None]
"""Is called with a page of items and the number of its part, by as many threads as there are parts.

It is called by one thread at a time with the same number.
"""


class Database:
    """The SDK's client with the exceptions that the Lambdas' modules know; threads may share it."""

    exceptions = Exceptions

    def __init__(self, client: "DynamoDBClient") -> None:
        self._client = client

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Return a method that raises Failure or Unreachable."""
        call = getattr(self._client, method)

        def made(**parameters: Any) -> Any:  # noqa: ANN401 - JSON
            try:
                return call(**parameters)
            except ClientError as error:
                raise failure(error.response) from error  # type: ignore[arg-type]  # a TypedDict
            except (ConnectionError, HTTPClientError) as error:
                raise Unreachable from error

        return made


def scan(client: "DynamoDBClient", table: str, handle: Handle) -> None:
    """Read a table, strongly consistent. Raises what the SDK and `handle` raise."""
    stopped = Event()

    def read(segment: int) -> None:
        pages = client.get_paginator("scan").paginate(
            TableName=table, ConsistentRead=True, Segment=segment, TotalSegments=SEGMENTS
        )
        for page in pages:
            if stopped.is_set():
                return
            items: list[Any] = page["Items"]
            handle(items, segment)

    with ThreadPoolExecutor(SEGMENTS) as pool:
        futures = [pool.submit(read, segment) for segment in range(SEGMENTS)]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            stopped.set()
        for future in done:
            future.result()
