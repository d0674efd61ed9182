"""How a call of DynamoDB fails, whichever client made it."""

from typing import Any


class Failure(Exception):
    """DynamoDB answered, and did not do what it was asked."""

    def __init__(self, response: dict[str, Any]) -> None:
        """Take the answer, in the shape of the SDK's `ClientError.response`."""
        super().__init__(f"{response['Error']['Code']}: {response['Error']['Message']}")
        self.response = response


class TransactionCanceledException(Failure):
    """Nothing of the transaction was done: `response["CancellationReasons"]` says why."""


class ConditionalCheckFailedException(Failure):
    """The condition of a write was not met: `response["Item"]` is the item that was there."""


class Unreachable(Exception):
    """DynamoDB did not answer in time, or could not be reached; what was asked may be done."""


class Exceptions:
    """The exceptions by the names that the SDK's `client.exceptions` has."""

    TransactionCanceledException = TransactionCanceledException
    ConditionalCheckFailedException = ConditionalCheckFailedException


NAMED: dict[str, type[Failure]] = {
    "TransactionCanceledException": TransactionCanceledException,
    "ConditionalCheckFailedException": ConditionalCheckFailedException,
}
"""By their codes, the failures that callers cause every day."""


def failure(response: dict[str, Any]) -> Failure:
    """Make the exception of an answer, by its code."""
    return NAMED.get(response["Error"]["Code"], Failure)(response)
