"""The use case: records of the streams in, aggregates that say what the tables have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregates import layout
from aggregator.database import Database
from aggregator.inputs import Inputs
from aggregator.mover import Mover
from aggregator.records import Feedback, Inference, Malformed, Subject
from aggregator.shards import Shards
from aggregator.store import Store
from aggregator.work import collect
from shared.clock import Clock, TimeLeft
from shared.dynamodb import Failure

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Aggregator:
    """Keeps the aggregates. Killed anywhere, and told again, it leaves them right."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    clock: Clock
    shards: Shards = field(default_factory=Shards)

    def follow(
        self, changes: Iterable[Feedback | Inference], time_left: TimeLeft
    ) -> dict[Subject, Failure | Malformed]:
        """Follow changes, in every generation that is kept. Raises StorageUnavailable.

        Returns the subjects of which a row cannot be read, or an item cannot be stored; all others
        are as they should be.
        """
        failed: dict[Subject, Failure | Malformed] = {}
        changed = list(changes)
        for generation in self.store(time_left).generations():
            failed |= self.keep(generation, changed, time_left)
        return failed

    def keep(
        self, generation: int, changes: Iterable[Feedback | Inference], time_left: TimeLeft
    ) -> dict[Subject, Failure | Malformed]:
        """Follow changes in one generation. As `follow`."""
        store = self.store(time_left)
        inputs = Inputs(store.database, self.tables)
        inferences, feedback = _sort(changes)
        refused = store.record(generation, inferences)
        works = collect([*feedback, *inputs.feedback(inferences)])
        mover = Mover(store, inputs, generation)
        mover.move(works)
        return {**mover.failed, **{Subject("", id_): why for id_, why in refused.items()}}

    def store(self, time_left: TimeLeft) -> Store:
        """Return the table of aggregates."""
        database = Database(self.client, time_left, self.clock.sleep)
        return Store(database, self.tables[layout.TABLE], self.shards)


def _sort(
    changes: Iterable[Feedback | Inference],
) -> tuple[list[Inference], list[Feedback]]:
    inferences, feedback = [], []
    for change in changes:
        if isinstance(change, Inference):
            inferences.append(change)
        else:
            feedback.append(change)
    return inferences, feedback
