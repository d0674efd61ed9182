"""The stack, built and deployed as `make run` does it, with IAM enforced."""

from collections.abc import Iterator

import pytest

from tests.support.lambdas import TABLES
from tests.support.stack import BUILD
from tools.credentials import TokenKey
from tools.emulator import emulator
from tools.http import Caller
from tools.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Build and deploy the template; every function has its own role's permissions only."""
    with emulator(tmp_path_factory.mktemp("stack"), auth=True) as aws:
        BUILD.make()
        yield BUILD.deploy(aws)


@pytest.fixture(scope="session")
def tables(stack: Stack) -> dict[str, str]:
    """Return the names of its tables, by the keys that the code has."""
    return {key: stack.table(logical_id) for key, logical_id in TABLES.items()}


@pytest.fixture(scope="session")
def key(stack: Stack) -> str:
    """Make an API key that may do everything."""
    return stack.new_key()


@pytest.fixture(scope="session")
def call(stack: Stack, key: str) -> Caller:
    """Send plain requests to the deployed API, with a key."""
    return Caller(stack.url, key)


@pytest.fixture(scope="session")
def token_key(stack: Stack) -> TokenKey:
    """Make a key pair to sign end users' tokens with."""
    return TokenKey.new(stack)


@pytest.fixture(scope="session")
def inference(call: Caller) -> dict[str, str]:
    """Record an inference of a chat function that has a tool."""
    return call.record(function_name="draft_reply")
