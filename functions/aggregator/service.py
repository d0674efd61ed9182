"""The use case: records of the streams in, aggregates that say what the tables have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aggregates import layout
from aggregates.inference import Inference
from aggregator.inputs import Inputs
from aggregator.mover import Mover
from aggregator.records import Feedback, Malformed, Subject
from aggregator.shards import Shards
from aggregator.store import Store
from aggregator.work import collect
from shared.clock import Clock, TimeLeft
from shared.database import Database
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

        What DynamoDB does not confirm is done again for as long as there is time: all that is done
        is safe to repeat, and nobody waits for it.

        Returns the subjects of which a row cannot be read, or an item cannot be stored; all others
        are as they should be.
        """
        store = self.store(time_left, patient=True)
        return self._keep(store, store.generations(), changes)

    def keep(
        self,
        generations: Iterable[int],
        changes: Iterable[Feedback | Inference],
        time_left: TimeLeft,
    ) -> dict[Subject, Failure | Malformed]:
        """Follow changes in these generations. As `follow`, without waiting an outage out."""
        return self._keep(self.store(time_left), generations, changes)

    def store(self, time_left: TimeLeft, *, patient: bool = False) -> Store:
        """Return the table of aggregates."""
        database = Database(self.client, time_left, self.clock.sleep, patient)
        return Store(database, self.tables[layout.TABLE], self.shards)

    def _keep(
        self, store: Store, generations: Iterable[int], changes: Iterable[Feedback | Inference]
    ) -> dict[Subject, Failure | Malformed]:
        kept, changed = list(generations), list(changes)
        inputs = Inputs(store.database, self.tables)
        inferences = [change for change in changed if isinstance(change, Inference)]
        failed: dict[Subject, Failure | Malformed] = {}
        for generation in kept:
            for id_, failure in store.record(generation, inferences).items():
                failed[Subject("", id_)] = failure
        # Now that they are listed: whoever reads an episode's from here on finds them.
        feedback = [change for change in changed if isinstance(change, Feedback)]
        feedback += inputs.feedback(inferences)
        for generation in kept:
            mover = Mover(store, inputs, generation)
            mover.move(collect(feedback))
            failed.update(mover.unreadable)
            failed.update(mover.failed)
        return failed
