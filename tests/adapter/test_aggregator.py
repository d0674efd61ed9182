"""The aggregator's calls as DynamoDB takes them: histories of its unit tests, over real tables."""

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from aggregator.api import build
from aggregator.records import kinds
from aggregator.service import Aggregator
from shared.clock import Clock
from shared.items import Item
from tests.support.streams import Driver, Streams
from tests.support.tables import create_tables
from tests.unit.aggregator import plain
from tests.unit.aggregator.history import History
from tests.unit.fakes import Invocation, telemetry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SEED = 4


@dataclass
class Written:
    """What a history writes to, by the code's names of the tables; changes are noted."""

    client: "DynamoDBClient"
    names: dict[str, str]
    streams: Streams

    def put_item(self, **asked: Any) -> None:
        """Put an item; a change of a table makes a record."""
        name = self.names[asked["TableName"]]
        put = self.client.put_item(TableName=name, Item=asked["Item"], ReturnValues="ALL_OLD")
        old = put.get("Attributes")
        if old != asked["Item"]:
            images = {"NewImage": asked["Item"], **({"OldImage": old} if old else {})}
            self.streams.note(asked["TableName"], images)

    def delete(self, table: str, key: Item) -> None:
        """Delete an item, as an operator might."""
        deleted = self.client.delete_item(
            TableName=self.names[table], Key=key, ReturnValues="ALL_OLD"
        )
        self.streams.note(table, {"Keys": key, "OldImage": deleted["Attributes"]})


@pytest.mark.usefixtures("small")
def test_what_is_counted_is_what_the_tables_have(
    client: "DynamoDBClient", dynamodb: "DynamoDBClient"
) -> None:
    """Conditions, sums of 20 digits, pages, and what is pending."""
    names, streams = create_tables(dynamodb), Streams()
    by_name = {name: key for key, name in names.items()}
    handler = build(Aggregator(client, names, Clock()), kinds(names), telemetry("aggregator"))

    def handle(records: list[dict[str, Any]]) -> dict[str, Any]:
        for record in records:
            key = record["eventSourceARN"].split("/")[1]
            name = names.get(key, key)
            record["eventSourceARN"] = f"arn:aws:dynamodb:us-east-1:1:table/{name}/stream/1"
        return handler({"Records": records}, Invocation())

    chance = random.Random(SEED)  # noqa: S311 - no secret
    written = Written(dynamodb, names, streams)
    history = History(chance, written)  # type: ignore[arg-type]  # it puts and deletes only
    history.recent, history.metrics = 1, history.metrics[-2:]
    for _ in range(3):
        history.go_on(25)
        driver = Driver(handle, chance)
        driver.bring(streams.records)
        streams.records = []
        assert driver.queue == []

    stored = {by_name[name]: dynamodb.scan(TableName=name)["Items"] for name in names.values()}
    tables: Any = stored
    counted = plain.found(tables["aggregate"])
    assert counted == plain.recompute(tables)
    assert len(counted) > 100
