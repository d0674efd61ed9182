"""Lambda's own DynamoDB client for tests: one a thread, and the parameters of calls are checked."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from botocore.validate import ParamValidator

from shared.direct.client import Client
from shared.direct.connect import connect
from shared.direct.failure import Exceptions, Failure
from tests.support.dynamodb import OPERATIONS, operation
from tests.support.environment import environment, towards

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

METHODS = {
    "batch_get_item": "BatchGetItem",
    "batch_write_item": "BatchWriteItem",
    "get_item": "GetItem",
    "put_item": "PutItem",
    "query": "Query",
    "transact_write_items": "TransactWriteItems",
}
assert sorted(METHODS.values()) == sorted(OPERATIONS)
_CONNECTING = threading.Lock()


class Checked:
    """Has the methods of Lambda's client."""

    exceptions = Exceptions

    def __init__(self, variables: Mapping[str, str], attempts: int) -> None:
        """Take Lambda's environment, and how often a call is attempted."""
        self._variables, self._attempts = variables, attempts
        self._clients, self._made = threading.local(), list[Client]()

    def __getattr__(self, method: str) -> Any:
        """Return a method that checks its parameters against the SDK's own model."""
        if method not in METHODS:
            raise AttributeError(method)

        def call(**parameters: Any) -> dict[str, Any]:
            shape = operation(METHODS[method]).input_shape
            report = ParamValidator().validate(parameters, shape)
            assert not report.has_errors(), report.generate_report()
            if _has_empty_name(
                parameters
            ):  # at any depth DynamoDB refuses it; the emulator does not
                raise Failure(EMPTY_NAME)
            assert not RESERVED & {*_names(parameters)}, "a placeholder is needed"
            result: dict[str, Any] = getattr(self._client(), method)(**parameters)
            return result

        return call

    def close(self) -> None:
        """Close the connections of all threads."""
        for client in self._made:
            client.close()

    def _client(self) -> Client:
        if not hasattr(self._clients, "own"):
            with _CONNECTING, environment(self._variables):  # the SDK reads the process's own
                self._clients.own = connect(self._variables, attempts=self._attempts)
            self._made.append(self._clients.own)
        made: Client = self._clients.own
        return made


_LINES = Path(__file__).with_name("reserved_words.txt").read_text("utf-8").splitlines()
RESERVED = {word for line in _LINES if not line.startswith("#") for word in line.split()}
"""What an attribute in an expression cannot be called, in any case; the emulator takes it."""
OPERATORS = {"add", "and", "between", "delete", "exists", "in", "not", "or", "set", "size"}
"""The words among them that expressions are made of."""


def _names(value: object) -> Iterator[str]:
    """Yield the names in all expressions, in lower case."""
    if isinstance(value, dict):
        for name, entry in value.items():
            if name.endswith("Expression") and isinstance(entry, str):
                found = re.findall(r"(?<![#:\w])[A-Za-z_]\w*", entry)
                yield from {name.lower() for name in found} - OPERATORS
            yield from _names(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _names(entry)


EMPTY_NAME = {
    "Error": {"Code": "ValidationException", "Message": "a map has an attribute without a name"},
    "ResponseMetadata": {"HTTPStatusCode": 400},
}


def _has_empty_name(value: object) -> bool:
    if isinstance(value, dict):
        return "" in value or any(map(_has_empty_name, value.values()))
    return isinstance(value, list) and any(map(_has_empty_name, value))


@contextmanager
def connected(
    endpoint: str, *, attempts: int = 3, given: Mapping[str, str] | None = None
) -> Iterator["DynamoDBClient"]:
    """Make the client, for as long as the block lasts; its calls go to an endpoint here.

    `given` are variables that Lambda's environment has besides.
    """
    client = Checked({**towards(endpoint), **(given or {})}, attempts)
    try:
        yield cast("DynamoDBClient", client)
    finally:
        client.close()
