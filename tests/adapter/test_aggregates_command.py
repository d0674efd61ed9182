"""`feedback aggregates` on a stack in the emulated AWS: rebuilt while votes arrive, and checked."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from aggregates import layout
from aggregates.inference import Inference
from aggregator.records import Feedback as Vote
from aggregator.records import kinds, read
from aggregator.service import Aggregator
from shared.clock import Clock
from shared.items import Item
from tests.support.clients import connected
from tests.support.command import Feedback, command
from tests.support.environment import environment, towards
from tests.support.streams import to_record
from tests.support.tables import create_tables
from tests.unit.aggregator import plain
from tests.unit.aggregator.history import History
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "aggregates-of-an-operator"
WITHOUT = "aggregates-of-nobody"
OUTPUTS = {
    "boolean": "BooleanMetricFeedbackTable",
    "float": "FloatMetricFeedbackTable",
    "demonstration": "DemonstrationFeedbackTable",
    "target": "TargetTable",
    "aggregate": "AggregateTable",
    "api_key": "ApiKeyTable",
}


@dataclass
class Tables:
    """The stack's tables, as a history writes into them, and the aggregator that follows."""

    client: "DynamoDBClient"
    names: dict[str, str]
    written: list[tuple[str, Item]]

    def put_item(self, *, TableName: str, Item: Item) -> None:  # noqa: N803 - the SDK's names
        """Put an item."""
        self.client.put_item(TableName=self.names[TableName], Item=Item)
        self.written.append((TableName, {"NewImage": Item}))

    def delete(self, table: str, key: Item) -> None:
        """Delete one."""
        old = self.client.delete_item(TableName=self.names[table], Key=key, ReturnValues="ALL_OLD")[
            "Attributes"
        ]
        self.written.append((table, {"OldImage": old}))

    def changes(self) -> list[Vote | Inference]:
        """Return what was written since the last time."""
        written, self.written = self.written, []
        followed = kinds({name: name for name in self.names})
        found = [read(to_record(table, one, 0), followed) for table, one in written]
        return [one for one in found if one is not None]

    def items(self, name: str) -> list[Item]:
        """Return all items of a table."""
        pages = self.client.get_paginator("scan").paginate(TableName=self.names[name])
        found: list[Any] = [item for page in pages for item in page["Items"]]
        return found

    def is_exact(self) -> bool:
        """Compare what is read with a recomputation that has nothing of ours."""
        tables = {name: self.items(name) for name in OUTPUTS}
        [state] = [one for one in tables["aggregate"] if one["key"] == layout.STATE["key"]]
        current = f"{state['current']['N']}/"
        counted = [one for one in tables["aggregate"] if one["key"]["S"].startswith(current)]
        return plain.found(counted) == plain.recompute(tables)


@pytest.fixture(scope="module")
def tables(dynamodb: "DynamoDBClient", aws: Emulator) -> Tables:
    """Deploy a stack with aggregates, as far as the command looks at it, and one without."""
    names = create_tables(dynamodb)
    formation = aws.client("cloudformation")
    for stack in (NAME, WITHOUT):
        outputs = {output: {"Value": names[key]} for key, output in OUTPUTS.items()}
        if stack == WITHOUT:
            del outputs["AggregateTable"]
        template = {
            "Parameters": {"AuthorizerCacheSeconds": {"Type": "Number", "Default": 60}},
            "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup"}},
            "Outputs": outputs,
        }
        formation.create_stack(StackName=stack, TemplateBody=json.dumps(template))
        waiter = formation.get_waiter("stack_create_complete")
        waiter.wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    return Tables(dynamodb, names, [])


@pytest.fixture
def feedback(capsys: pytest.CaptureFixture[str], aws: Emulator) -> Iterator[Feedback]:
    """Run `feedback` with arguments, as an operator."""
    with environment({**towards(aws.endpoint), "FEEDBACK_STACK": NAME}):
        yield command(capsys)


def test_existing_feedback_is_counted_while_more_comes(
    feedback: Feedback, tables: Tables, aws: Emulator
) -> None:
    """Nothing was counted before; what comes is followed as the streams would have it."""
    history = History(random.Random(11), tables)  # type: ignore[arg-type]  # noqa: S311 - no secret
    history.go_on(150)
    tables.changes()
    stopped = Event()

    with connected(aws.endpoint) as client, ThreadPoolExecutor() as pool:
        aggregator = Aggregator(client, tables.names, Clock())

        def come() -> int:
            came = 0
            while not stopped.is_set():
                history.go_on(3)
                came += 3
                assert aggregator.follow(tables.changes(), lambda: 60) == {}
            return came

        coming = pool.submit(come)
        try:
            rebuilt = feedback("aggregates", "rebuild", "--wait=0")
        finally:
            stopped.set()
        assert coming.result() > 0

    assert (rebuilt.code, rebuilt.out) == (0, "")
    assert rebuilt.err.startswith("Counted ")
    assert tables.is_exact()
    checked = feedback("aggregates", "check")
    assert (checked.code, checked.out) == (0, "")
    # Without a wait, what the aggregator had begun for the old generation may be left of it.
    assert checked.err.splitlines()[-1].startswith("0 differences; ")


def test_what_is_wrong_is_shown(feedback: Feedback, tables: Tables) -> None:
    """As a table, and in JSON for programs; a rebuild mends it."""
    feedback("aggregates", "rebuild", "--wait=0")
    counters = [one for one in tables.items("aggregate") if "cn" in one]
    counter = max(counters, key=lambda one: (int(one["cn"]["N"]), one["sort"]["S"]))
    counted = int(counter["cn"]["N"])
    name = tables.names["aggregate"]
    tables.client.put_item(TableName=name, Item={**counter, "cn": {"N": str(counted + 1)}})

    drawn = feedback("aggregates", "check", "--pause=0")
    written = feedback("aggregates", "check", "--pause=0", "--json")

    assert (drawn.code, written.code) == (1, 1)
    heading, line = drawn.out.splitlines()
    assert heading.split()[-3:] == ["What", "Expected", "Found"]
    assert line.split()[-3:] == ["cn", str(counted), str(counted + 1)]
    [difference] = json.loads(written.out)["differences"]
    assert (difference["attribute"], difference["found"]) == ("cn", str(counted + 1))
    feedback("aggregates", "rebuild", "--wait=0")
    assert feedback("aggregates", "check").code == 0


def test_a_row_that_cannot_be_counted_is_told(feedback: Feedback, tables: Tables) -> None:
    """The rest is counted."""
    row: Item = {"target_id": {"S": "t"}, "id": {"S": "poison"}, "value": {"BOOL": True}}
    table = tables.names["boolean"]
    tables.client.put_item(TableName=table, Item=row)

    rebuilt, checked = (
        feedback("aggregates", "rebuild", "--wait=0"),
        feedback("aggregates", "check"),
    )
    tables.client.delete_item(
        TableName=table, Key={name: row[name] for name in ("target_id", "id")}
    )

    assert (rebuilt.code, checked.code) == (1, 0)
    assert "a row without metric_name" in rebuilt.err
    assert "Cannot be counted: boolean poison: a row without metric_name\n" in checked.err


@pytest.mark.parametrize("what", ["check", "rebuild"])
def test_a_stack_without_aggregates_is_told(what: str, feedback: Feedback, tables: Tables) -> None:
    """With what turns them on."""
    told = feedback("aggregates", what, f"--stack-name={WITHOUT}")

    assert tables.names
    assert (told.code, told.err) == (
        1,
        "Error: The stack keeps no aggregates: deploy it with the parameter Aggregates=on.\n",
    )
