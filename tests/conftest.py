"""What several suites share: the emulated AWS, and the template's tables in it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.tables import create_tables
from tools.emulator import Emulator, emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The same examples in every run, and no clock that a busy machine could fail by.
settings.register_profile("project", derandomize=True, deadline=None)
settings.load_profile("project")


LONGEST_ID = 60


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a case by its values, lists and dictionaries among them, where they are short."""
    text = val.__name__ if isinstance(val, type) else repr(val)
    readable = isinstance(val, dict | list | tuple | type) and len(text) <= LONGEST_ID
    return text if readable else None


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Run the emulator, without IAM: the end-to-end suite has one that enforces it."""
    with emulator(tmp_path_factory.mktemp("aws"), auth=False) as running:
        yield running


@pytest.fixture(scope="session")
def dynamodb(aws: Emulator) -> "DynamoDBClient":
    """Make a client that checks every parameter, and that many threads can use."""
    client: DynamoDBClient = aws.client("dynamodb", max_pool_connections=50)
    return client


@pytest.fixture(scope="session")
def tables(dynamodb: "DynamoDBClient") -> dict[str, str]:
    """Make the template's tables; their names by the keys that the code has."""
    return create_tables(dynamodb)
