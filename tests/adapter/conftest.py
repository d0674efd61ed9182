"""The client that Lambdas have, and where its calls go."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeAlias

import pytest

from shared.dynamodb import connect
from tests.support.environment import environment, towards

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Connect: TypeAlias = "Callable[[str], DynamoDBClient]"

SMALL_STEPS = 8_038
"""A seed whose first numbers are close to zero: the SDK's random pauses are short after it."""


@pytest.fixture
def connect_to() -> Iterator[Connect]:
    """Make Lambda's own client, with its calls sent to an endpoint on this machine."""
    with ExitStack() as stack:

        def make(endpoint: str) -> "DynamoDBClient":
            with environment(towards(endpoint)):
                client = connect()
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture
def short_pauses() -> Iterator[None]:
    """Make the pauses between the SDK's attempts short, and the same in every run."""
    state = random.getstate()
    random.seed(SMALL_STEPS)
    yield
    random.setstate(state)
