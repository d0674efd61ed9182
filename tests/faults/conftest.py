"""The API over tables of its own, trouble between the two, and the audit of it all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.load.bodies import targets
from benchmarks.load.traffic import Traffic
from tests.audit.audit import Report, audit
from tests.audit.ledger import Item, read
from tests.faults.client import Api, Client, Context, api, to_record
from tests.support.lambdas import handler, packages, write_layer
from tests.support.proxy import Proxy, proxy
from tests.support.tables import create_tables
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ROUTES = (
    "POST /feedback",
    "POST /feedback/batch",
    "POST /internal/inferences",
    "GET /internal/feedback/{target_id}",
)


@dataclass(frozen=True)
class Stage:
    """All that takes part."""

    tables: dict[str, str]
    proxy: Proxy
    make_api: Callable[[], Api]
    """Starts further Lambdas, as AWS does for another caller at the same time."""
    client: Client
    traffic: Traffic
    dynamodb: "DynamoDBClient"

    def audit(self) -> Report:
        """Compare what the client saw with what is stored."""
        return audit(self.client.requests.values(), read(self._scan))

    def _scan(self, table: str) -> Iterator[Item]:
        pages = self.dynamodb.get_paginator("scan")
        for page in pages.paginate(TableName=self.tables[table], ConsistentRead=True):
            yield from page["Items"]


@pytest.fixture(scope="session")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the tests' configuration."""
    return write_layer(tmp_path_factory.mktemp("layer"))


@pytest.fixture
def stage(aws: Emulator, dynamodb: "DynamoDBClient", layer: Path) -> Iterator[Stage]:
    """Set it up, with two recorded targets and no trouble yet."""
    tables = create_tables(dynamodb)
    with ExitStack() as stack:
        between = stack.enter_context(proxy(aws.port))

        def make_api() -> Api:
            return api(
                {
                    route: stack.enter_context(
                        handler(packages()[route], layer, between.endpoint, tables)
                    )
                    for route in ROUTES
                }
            )

        first, about = make_api(), targets(1)
        for target in about:
            assert first(to_record(target), Context())
        yield Stage(tables, between, make_api, Client(first), Traffic(about), dynamodb)
