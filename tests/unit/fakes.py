"""What stands in for AWS and for time in unit tests, each named for what it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Never

from batch.writes import Outcomes, Write
from feedback.lookup import BatchRead, Reads
from feedback.model import Accepted, Record, Target
from feedback.reservations import Reservation, is_expired
from feedback.rows import Row
from feedback.waiting import TargetNotFound
from shared.catalog import Catalog
from shared.clock import Clock, Seconds, TimeLeft
from shared.dynamodb import StorageUnavailable
from shared.items import Item
from shared.telemetry import Deployment, Telemetry
from shared.uuids import Uuid


@dataclass(frozen=True)
class Invocation:
    """Lambda's context object, as far as it is used."""

    aws_request_id: str = "8a5d9a26-0000-4000-8000-000000000000"
    milliseconds_left: int = 28_000

    def get_remaining_time_in_millis(self) -> int:
        """Return how long Lambda would still wait."""
        return self.milliseconds_left


@dataclass
class Failures:
    """Fails the first calls that it is asked about: DynamoDB is too busy, or out of reach."""

    left: int = 0
    congested: bool = True

    def next(self) -> None:
        """Fail, unless all failures have happened."""
        self.left -= 1
        if self.left >= 0:
            raise StorageUnavailable(congested=self.congested)


@dataclass
class ListStore:
    """Rows in a list, and the items of reservations by key."""

    rows: list[Row] = field(default_factory=list)
    reserved: dict[str, Item] = field(default_factory=dict)
    failures: Failures = field(default_factory=Failures)

    def write(
        self, rows: Sequence[Row], reservations: Sequence[Reservation], now: Seconds
    ) -> Uuid | None:
        """Append the rows, unless something that they reserve is held."""
        self.failures.next()
        for reservation in reservations:
            earlier = self.reserved.get(reservation.key)
            if earlier and not is_expired(earlier, now):
                return reservation.holder(earlier)
        self.reserved |= {reservation.key: reservation.to_item() for reservation in reservations}
        self.rows += rows
        return None


@dataclass
class ListWriter:
    """Batches in the list of a store, and whether each was to be written atomically."""

    store: ListStore = field(default_factory=ListStore)
    atomic: list[bool] = field(default_factory=list)

    def write(self, writes: Sequence[Write], now: Seconds, _time_left: TimeLeft) -> Outcomes:
        """Store each of them."""
        self.atomic.append(False)
        return self._store(writes, now)

    def write_atomically(
        self, writes: Sequence[Write], now: Seconds, _time_left: TimeLeft
    ) -> Outcomes:
        """Store all of them: nothing keeps them out of a list."""
        self.atomic.append(True)
        return self._store(writes, now)

    def _store(self, writes: Sequence[Write], now: Seconds) -> Outcomes:
        outcomes: Outcomes = {}
        for write in writes:
            holder = self.store.write(write.rows, write.reservations, now)
            outcomes[write.id] = Accepted(holder, replayed=True) if holder else Accepted(write.id)
        return outcomes


@dataclass
class DictLookup:
    """Targets and reservations in dictionaries, and what was looked up."""

    records: dict[Target, Record] = field(default_factory=dict)
    reserved: dict[str, Item] = field(default_factory=dict)
    looks: list[Target] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    """How many reservations each read was for."""
    failures: Failures = field(default_factory=Failures)

    def get(self, target: Target, reads: Reads) -> Record | None:
        """Look one target up."""
        batch = BatchRead({target: reads})
        self.read(batch)
        if batch.impossible:
            raise TargetNotFound(target)
        return batch.records.get(target)

    def read(self, batch: BatchRead) -> None:
        """Look all of them up at once."""
        self.failures.next()
        self.looks += batch.targets
        self.keys.append(len(batch.keys))
        levels = {recorded.id: recorded.level for recorded in self.records}
        for target, reads in batch.targets.items():
            if target in self.records:
                parts = self.records[target]._asdict()
                batch.records[target] = Record(**{name: parts[name] for name in reads})
            elif target.id in levels:
                batch.impossible.add(target)
        batch.reserved |= {key: self.reserved[key] for key in batch.keys if key in self.reserved}


@dataclass
class ManualTime:
    """Time that passes only while somebody sleeps; `meanwhile` happens at its moment."""

    moment: Seconds = 1_790_000_000.0
    slept: list[Seconds] = field(default_factory=list)
    meanwhile: dict[Seconds, Callable[[], None]] = field(default_factory=dict)

    def now(self) -> Seconds:
        """Return the time."""
        return self.moment

    def sleep(self, seconds: Seconds) -> None:
        """Let the time pass, and what happens in it happen."""
        self.slept.append(seconds)
        self.moment += seconds
        for due in [moment for moment in self.meanwhile if moment <= self.moment]:
            self.meanwhile.pop(due)()

    def clock(self) -> Clock:
        """Return it as the clock that the code under test takes."""
        return Clock(self.now, self.sleep)


def uuid7(seconds: Seconds, rest: int = 1) -> Uuid:
    """Make the id of something that was made at a moment."""
    digits = f"{round(seconds * 1_000):012x}"
    return Uuid(f"{digits[:8]}-{digits[8:]}-7000-8000-{rest:012x}")


def catalog(
    *,
    observability: bool = True,
    target_validation: bool = True,
    debug: bool = False,
    folder: Path = Path("no/such/folder"),
) -> Catalog:
    """Make a configuration with a metric of each type and level."""
    return Catalog(
        snapshot_hash="5f" * 32,
        observability=observability,
        target_validation=target_validation,
        debug=debug,
        metrics={
            "liked": ("boolean", "inference"),
            "resolved": ("boolean", "episode"),
            "distance": ("float", "inference"),
            "rating": ("float", "episode"),
        },
        folder=folder,
    )


def telemetry(service: str = "a-service") -> Telemetry:
    """Make the telemetry of a deployed service."""
    return Telemetry(service, Deployment("a-stack", "a-function", "7"))


def no_check(_schema: str, _value: str) -> Never:
    """Stand for the check of a schema where nothing has one."""
    raise AssertionError("nothing here has a schema")
