"""The DynamoDB client of every Lambda: makes plain calls itself, and leaves the rest to the SDK.

It has those methods of the SDK's client that are used here, with their names, keyword parameters
(DynamoDB's own JSON, no bytes in it) and resulting dictionaries; these lack `ResponseMetadata`,
which nobody reads. Each method says why its call may be made again.
"""

import json
import sys
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from shared import deadline
from shared.deadline import Deadline
from shared.direct import bounded
from shared.direct.exchange import Exchange, Undecided
from shared.direct.failure import Exceptions, Unreachable

LONGEST = 12.0
"""Seconds that a call takes at most, all its attempts together."""
ATTEMPT = 3.0
"""Seconds of them for the attempt without the SDK."""
LEAST = 0.5
"""Seconds that must be left for anything to begin."""

Result: TypeAlias = dict[str, Any]


class Authority(Protocol):
    """What makes the calls that are not plainly answered: the SDK."""

    def call(self, method: str, parameters: dict[str, Any], until: Deadline) -> Result:
        """Make a call. Raises Failure, Unreachable."""

    def close(self) -> None:
        """Close its connections."""


def log(operation: str, cause: str) -> None:
    """Write down that the SDK is asked: if it happens often, DynamoDB's answers have changed."""
    line = {"level": "WARNING", "message": "asked the SDK", "operation": operation, "cause": cause}
    sys.stdout.write(f"{json.dumps(line)}\n")


class Client:
    """Calls DynamoDB; every method raises Failure and Unreachable.

    A call ends at the deadline of its invocation, or after LONGEST if that is earlier.
    """

    exceptions = Exceptions

    def __init__(
        self,
        exchange: Exchange | None,
        load: Callable[[], Authority],
        notice: Callable[[str, str], None] = log,
    ) -> None:
        """Take both ways: the direct one, if there is one, and what makes the SDK's client.

        `notice` is told each operation that the SDK is asked for because the direct way failed,
        and why it did.
        """
        self._exchange = exchange
        self._load = load
        self._notice = notice
        self._sdk: Authority | None = None

    def put_item(self, **parameters: Any) -> Result:  # noqa: ANN401 - JSON
        """Put one item.

        May be made again: the item is the same. Under a condition the second call may find the
        item of the first: ConditionalCheckFailedException has it, and callers compare.
        """
        return self._call("PutItem", "put_item", parameters)

    def get_item(self, **parameters: Any) -> Result:  # noqa: ANN401 - JSON
        """Get one item. May be made again: it reads."""
        return self._call("GetItem", "get_item", parameters)

    def batch_get_item(self, **parameters: Any) -> Result:  # noqa: ANN401 - JSON
        """Get up to 100 items. May be made again: it reads."""
        return self._call("BatchGetItem", "batch_get_item", parameters)

    def query(self, **parameters: Any) -> Result:  # noqa: ANN401 - JSON
        """Get one page of a query. May be made again: it reads."""
        return self._call("Query", "query", parameters)

    def batch_write_item(self, **parameters: Any) -> Result:  # noqa: ANN401 - JSON
        """Put up to 25 items. May be made again: the items are the same, and nothing is deleted."""
        return self._call("BatchWriteItem", "batch_write_item", parameters)

    def transact_write_items(self, **parameters: Any) -> Result:  # noqa: ANN401 - JSON
        """Put up to 100 items, all or none.

        May be made again: by its ClientRequestToken, which callers must give, DynamoDB knows it
        for 10 minutes and does it once.
        """
        return self._call("TransactWriteItems", "transact_write_items", parameters)

    def load(self) -> Authority:
        """Load the SDK, unless it is there."""
        if self._sdk is None:
            self._sdk = self._load()
        return self._sdk

    def close(self) -> None:
        """Close the connections."""
        for way in (self._exchange, self._sdk):
            if way is not None:
                way.close()

    def _call(self, operation: str, method: str, parameters: dict[str, Any]) -> Result:
        until = deadline.current().within(LONGEST)
        try:
            _require_time(until)
            result = self._directly(operation, parameters, until)
            if result is None:
                _require_time(until)
                # Loading the SDK is work that has no deadline either.
                result = bounded.run(lambda: self.load().call(method, parameters, until), until)
        except TimeoutError as error:
            raise Unreachable from error
        return result

    def _directly(
        self, operation: str, parameters: dict[str, Any], until: Deadline
    ) -> Result | None:
        if self._exchange is None:
            return None
        try:
            return self._exchange.call(operation, parameters, until.within(ATTEMPT))
        except Undecided as undecided:
            cause = str(undecided)
        except (OSError, ValueError, RecursionError) as error:
            cause = type(error).__name__
        self._notice(operation, cause)
        return None


def _require_time(until: Deadline) -> None:
    if until.left() < LEAST:
        raise TimeoutError("too little time is left for a call")
