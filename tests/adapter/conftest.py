"""The client that Lambdas have, and where its calls go."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeAlias

import pytest

from shared.direct.target import SWITCH
from tests.support.clients import connected
from tests.support.limits import small
from tests.support.proxy import SMALL_STEPS, Proxy, proxy
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["small"]

Connect: TypeAlias = "Callable[[str], DynamoDBClient]"


WAYS = {"direct": "", "sdk": "sdk"}
"""How a client makes its calls, and what the switch says for it."""


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Take both ways: what callers see is the same."""
    name: str = request.param
    return name


@pytest.fixture
def connect_to(way: str) -> Iterator[Connect]:
    """Make Lambda's own client, with its calls sent to an endpoint on this machine."""
    with ExitStack() as stack:
        yield lambda endpoint: stack.enter_context(connected(endpoint, given={SWITCH: WAYS[way]}))


@pytest.fixture(scope="module")
def client(aws: Emulator) -> Iterator["DynamoDBClient"]:
    """Make Lambda's own client, with its calls sent to the emulated DynamoDB."""
    with connected(aws.endpoint) as made:
        yield made


@pytest.fixture
def between(aws: Emulator) -> Iterator[Proxy]:
    """Stand before the emulated DynamoDB, and note the calls."""
    with proxy(aws.port) as started:
        yield started


@pytest.fixture
def short_pauses() -> Iterator[None]:
    """Make the pauses between the SDK's attempts short, and the same in every run."""
    state = random.getstate()
    random.seed(SMALL_STEPS)
    yield
    random.setstate(state)
