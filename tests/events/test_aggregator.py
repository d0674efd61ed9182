"""Every file in events/aggregator/ is a batch of the aggregator; its name says what comes of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.events import AGGREGATOR, check_batch
from tests.support.lambdas import TABLES, handler, write_layer
from tests.support.streams import to_record
from tests.unit.fakes import Invocation
from tools.emulator import Emulator


@pytest.fixture(scope="module")
def aggregate(
    aws: Emulator, tables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """Import its app.py as Lambda does, over the template's tables."""
    layer = write_layer(tmp_path_factory.mktemp("layer"))
    with handler("aggregator", layer, aws.endpoint, tables) as made:
        yield made


@pytest.mark.parametrize("name", sorted(AGGREGATOR))
def test_a_batch_is_answered_as_its_name_says(
    name: str, aggregate: Any, tables: dict[str, str]
) -> None:
    """The records are of tables that are called otherwise: those of the stack on this machine."""
    keys = {logical_id: key for key, logical_id in TABLES.items()}
    records = [
        {**record, "eventSourceARN": _named(record["eventSourceARN"], keys, tables)}
        for record in AGGREGATOR[name]["Records"]
    ]

    check_batch(name, aggregate({"Records": records}, Invocation()))


def _named(arn: str, keys: dict[str, str], tables: dict[str, str]) -> str:
    return re.sub(r"tensorzero-feedback-local-(\w+)-\w+", lambda found: tables[keys[found[1]]], arn)


@pytest.mark.parametrize("name", sorted(AGGREGATOR))
def test_a_record_is_what_lambda_passes_on(name: str) -> None:
    """With the fields of those that other tests make, and what nobody here reads."""
    for record in AGGREGATOR[name]["Records"]:
        made = to_record("t", {"NewImage": record["dynamodb"]["NewImage"]}, 0)
        assert made.keys() <= record.keys()
        assert made["dynamodb"].keys() <= record["dynamodb"].keys()
