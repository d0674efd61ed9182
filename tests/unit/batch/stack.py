"""A batch's service and a single request's, over the same fakes."""

import math
from dataclasses import dataclass, field
from typing import Any

from batch.request import Element
from batch.service import BatchService
from batch.writes import Outcome
from feedback.demonstration.json_schema.validation import Validation
from feedback.model import Accepted, Level, Record, Target
from shared.caller import ANYBODY, Caller
from shared.catalog import Catalog
from shared.clock import DAY, Seconds
from shared.document import Json
from shared.refusal import Refusal
from shared.uuids import Uuid
from submit.service import Service
from tests.unit.fakes import DictLookup, ListStore, ListWriter, ManualTime, catalog, uuid7

NOW = 1_790_000_000.0
INFERENCE, EPISODE = uuid7(NOW - 60, 1), uuid7(NOW - 60, 2)
NO_OUTPUT = uuid7(NOW - 60, 3)
"""An inference whose output was not recorded."""
MISSING = uuid7(NOW - 60, 4)
"""Was never recorded."""
RECORDS = {
    Target(Level.INFERENCE, INFERENCE): Record(function_name="chat", output="{}"),
    Target(Level.INFERENCE, NO_OUTPUT): Record(function_name="chat"),
    Target(Level.EPISODE, EPISODE): Record(),
}


VALIDATION = Validation(512)


@dataclass
class Stack:
    """Both services, and what they stand on."""

    catalog: Catalog = field(default_factory=catalog)
    lookup: DictLookup = field(default_factory=lambda: DictLookup(dict(RECORDS)))
    store: ListStore = field(default_factory=ListStore)
    writer: ListWriter = field(default_factory=ListWriter)
    wait_limit: Seconds = math.inf
    time: ManualTime = field(default_factory=lambda: ManualTime(NOW))

    def __post_init__(self) -> None:
        """Let everything that is written be found."""
        self.writer.store = self.store
        self.lookup.reserved = self.store.reserved

    @property
    def stored(self) -> list[str]:
        """The ids of the feedback that is stored, in the order in which it was."""
        return [row.item["id"]["S"] for row in self.store.rows if "id" in row.item]

    def submit(
        self,
        *elements: Json,
        caller: Caller = ANYBODY,
        atomic: bool = False,
        left: Seconds = 28,
    ) -> list[Outcome]:
        """Send a batch."""
        clock, end = self.time.clock(), self.time.now() + left
        service = BatchService(
            self.catalog, self.lookup, self.writer, 7 * DAY, self.wait_limit, clock, VALIDATION
        )
        return service.submit([*elements], caller, lambda: end - self.time.now(), atomic=atomic)

    def single(self, document: Json, caller: Caller = ANYBODY) -> Outcome:
        """Send an element alone, with its key beside it."""
        service = Service(
            self.catalog,
            self.lookup,
            self.store,
            7 * DAY,
            self.wait_limit,
            self.time.clock(),
            VALIDATION,
        )
        try:
            element = Element.parse(document)
            return service.submit(element.request, element.key, caller, lambda: 28)
        except Refusal as refusal:
            return refusal


def element(key: str | None = None, **changes: Any) -> dict[str, Any]:
    """Make a good element, with these changes, and with a key if one is given."""
    good = {"metric_name": "liked", "value": True, "inference_id": INFERENCE, **changes}
    return good if key is None else {**good, "idempotency_key": key}


def feedback_id(outcome: Outcome) -> Uuid:
    """Return the id of an element that was accepted."""
    assert isinstance(outcome, Accepted)
    return outcome.feedback_id


def kinds(outcomes: list[Outcome]) -> list[type[Outcome]]:
    """Return the outcomes' types."""
    return [type(outcome) for outcome in outcomes]
