"""What stands in for AWS and for time in unit tests, each named for what it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from batch.writes import Outcomes, Write
from feedback.lookup import BatchRead, Reads
from feedback.model import Accepted, Record, Target
from feedback.reservations import Reservation
from feedback.rows import Row
from shared.catalog import Catalog
from shared.clock import Clock, TimeLeft
from shared.items import Item
from shared.uuids import Uuid


@dataclass(frozen=True)
class Invocation:
    """Lambda's context object, as far as it is used."""

    aws_request_id: str = "8a5d9a26-0000-4000-8000-000000000000"
    milliseconds_left: int = 28_000

    def get_remaining_time_in_millis(self) -> int:
        """Tell how long Lambda would still wait."""
        return self.milliseconds_left


@dataclass
class ListStore:
    """Rows in a list, and what they claimed by its key."""

    rows: list[Row] = field(default_factory=list)
    claimed: dict[str, Item] = field(default_factory=dict)

    def write(self, rows: Sequence[Row], claims: Sequence[Reservation], _now: int) -> Uuid | None:
        """Append the rows, unless a claim is taken."""
        for claim in claims:
            if claim.key in self.claimed:
                return claim.settle(self.claimed[claim.key])
        self.claimed |= {claim.key: claim.to_item() for claim in claims}
        self.rows += rows
        return None


@dataclass
class ListWriter:
    """Batches in the list of a store, and how each was to be written."""

    store: ListStore = field(default_factory=ListStore)
    atomic: list[bool] = field(default_factory=list)

    def write(self, writings: Sequence[Write], now: int, _time_left: TimeLeft) -> Outcomes:
        """Store each of them."""
        self.atomic.append(False)
        return self._store(writings, now)

    def write_atomically(
        self, writings: Sequence[Write], now: int, _time_left: TimeLeft
    ) -> Outcomes:
        """Store all of them: nothing can be in the way of a list."""
        self.atomic.append(True)
        return self._store(writings, now)

    def _store(self, writings: Sequence[Write], now: int) -> Outcomes:
        outcomes: Outcomes = {}
        for writing in writings:
            first = self.store.write(writing.rows, writing.claims, now)
            outcomes[writing.id] = Accepted(first, repeated=True) if first else Accepted(writing.id)
        return outcomes


@dataclass
class DictLookup:
    """Targets and claims in dictionaries, and the looks that were taken at targets."""

    records: dict[Target, Record] = field(default_factory=dict)
    claimed: dict[str, Item] = field(default_factory=dict)
    looks: list[Target] = field(default_factory=list)

    def get(self, target: Target, _reads: Reads) -> Record | None:
        """Look once."""
        self.looks.append(target)
        return self.records.get(target)

    def read(self, question: BatchRead) -> None:
        """Look for all at once."""
        self.looks += question.targets
        question.records |= {
            target: self.records[target] for target in question.targets if target in self.records
        }
        question.claimed |= {key: self.claimed[key] for key in question.keys if key in self.claimed}


@dataclass
class ManualTime:
    """Time that passes only while somebody sleeps; `meanwhile` happens at its moment."""

    moment: float = 1_790_000_000.0
    slept: list[float] = field(default_factory=list)
    meanwhile: dict[float, Callable[[], None]] = field(default_factory=dict)

    def now(self) -> float:
        """Tell the time."""
        return self.moment

    def sleep(self, seconds: float) -> None:
        """Let the time pass, and what happens in it happen."""
        self.slept.append(seconds)
        self.moment += seconds
        for due in [moment for moment in self.meanwhile if moment <= self.moment]:
            self.meanwhile.pop(due)()

    def clock(self) -> Clock:
        """Give it as the clock that the code under test takes."""
        return Clock(self.now, self.sleep)


def uuid7(seconds: float, rest: int = 1) -> Uuid:
    """Make the id of something that came to be at a moment."""
    digits = f"{round(seconds * 1_000):012x}"
    return Uuid(f"{digits[:8]}-{digits[8:]}-7000-8000-{rest:012x}")


def catalog(
    *,
    observability: bool = True,
    target_validation: bool = True,
    folder: Path = Path("no/such/folder"),
) -> Catalog:
    """Make a configuration with a metric of each type and level."""
    return Catalog(
        snapshot_hash="5f" * 32,
        observability=observability,
        target_validation=target_validation,
        debug=False,
        metrics={
            "liked": ("boolean", "inference"),
            "resolved": ("boolean", "episode"),
            "distance": ("float", "inference"),
            "rating": ("float", "episode"),
        },
        folder=folder,
    )
