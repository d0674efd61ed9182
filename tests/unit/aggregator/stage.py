"""The aggregator over tables in memory, and what may go wrong with a call."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from aggregator.api import build
from aggregator.records import StreamRecord, kinds
from aggregator.service import Aggregator
from shared.clock import Seconds
from shared.items import Attribute, Item
from shared.uuids import Uuid
from tests.support.memory import NAMES, Memory
from tests.support.streams import Driver, Streams
from tests.unit.aggregates.strategies import uuid
from tests.unit.aggregator import plain
from tests.unit.aggregator.history import START, History
from tests.unit.fakes import ManualTime, telemetry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


TIMEOUT: Seconds = 60
"""When Lambda ends an invocation, as in the template."""
Hook: TypeAlias = Callable[[int, dict[str, Any]], None]
"""Is told of a call: its number, and its parameters."""


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Faulty:
    """A client whose calls may fail before or after they are made, by their number."""

    memory: Memory
    before: Hook = lambda _number, _parameters: None
    after: Hook = lambda _number, _parameters: None
    calls: int = 0

    def __getattr__(self, name: str) -> Any:
        """Return a method, or what the client has besides."""
        thing = getattr(self.memory, name)
        if not callable(thing) or name == "exceptions":
            return thing

        def call(**parameters: Any) -> Any:
            self.calls += 1
            number = self.calls
            self.before(number, parameters)
            answer = thing(**parameters)
            self.after(number, parameters)
            return answer

        return call


@dataclass(frozen=True)
class Ending:
    """An invocation's context: Lambda ends it at a moment that comes while somebody sleeps."""

    time: ManualTime
    ends: Seconds
    aws_request_id: str = "8a5d9a26-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Return how long it is until then."""
        return round((self.ends - self.time.now()) * 1_000)


@dataclass
class Stage:
    """Tables in memory, their streams, and the aggregator."""

    seed: int
    tables: Memory = field(default_factory=Memory)
    streams: Streams = field(default_factory=Streams)
    time: ManualTime = field(default_factory=ManualTime)

    def __post_init__(self) -> None:
        """Begin with empty tables."""
        self.chance = random.Random(self.seed)  # noqa: S311 - no secret
        self.tables.watch = self.streams.note
        self.client = Faulty(self.tables)
        self.history = History(self.chance, self.tables)
        self.driver = Driver(self.handle, self.chance)
        self.restart()

    def restart(self) -> None:
        """Start another environment of the Lambda."""
        client = cast("DynamoDBClient", self.client)
        aggregator = Aggregator(client, NAMES, self.time.clock())
        self.handler = build(aggregator, kinds(NAMES), telemetry("aggregator"))

    def handle(self, records: list[StreamRecord]) -> dict[str, Any] | None:
        """Call the handler; a new environment follows one that has died."""
        try:
            return self.handler({"Records": records}, Ending(self.time, self.time.now() + TIMEOUT))
        except Killed:
            self.restart()
            return None

    def record(self, id_: Uuid, episode_id: Uuid, **names: str) -> None:
        """Record an inference: of the function `f` and the variant `a`, unless others are named."""
        item: Item = {
            "target_id": {"S": id_},
            "target_type": {"S": "inference"},
            "episode_id": {"S": episode_id},
            "function_name": {"S": names.get("function", "f")},
            "variant_name": {"S": names.get("variant", "a")},
        }
        self.history.publish(item)

    def vote(
        self, target_id: Uuid, value: Attribute | None, number: int = 9, metric: str = "m"
    ) -> Item:
        """Give boolean feedback; None is none, which no write of ours gives."""
        row: Item = {
            "target_id": {"S": target_id},
            "id": {"S": uuid(START, number)},
            "metric_name": {"S": metric},
        }
        if value is not None:
            row["value"] = value
        self.tables.put_item(TableName="boolean", Item=row)
        return row

    def follow(self) -> None:
        """Bring all records that are new."""
        records, self.streams.records = self.streams.records, []
        self.driver.bring(records)

    def check(self) -> None:
        """Compare the counters with a plain recomputation."""
        tables = {name: [*items.values()] for name, items in self.tables.tables.items()}
        counted = plain.found(tables.get("aggregate", []))
        assert counted == plain.recompute(tables), f"seed {self.seed}"
