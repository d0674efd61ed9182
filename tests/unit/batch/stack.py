"""A batch's service and a single request's, over the same fakes: what one takes the other finds."""

from dataclasses import dataclass, field
from typing import Any

from batch.service import BatchService
from batch.writes import Outcome
from feedback import idempotency_key
from feedback.model import Level, Record, Target
from feedback.request import FeedbackRequest
from shared.caller import ANYBODY, Caller
from shared.catalog import Catalog
from shared.document import Json
from shared.refusal import Refusal
from submit.service import Service
from tests.unit.fakes import DictLookup, ListStore, ListWriter, ManualTime, catalog, uuid7

NOW = 1_790_000_000.0
INFERENCE = uuid7(NOW - 60, 1)
EPISODE = uuid7(NOW - 60, 2)
SILENT = uuid7(NOW - 60, 3)
"""An inference without recorded output."""
NOBODY = uuid7(NOW - 60, 4)
"""Was never recorded."""
RECORDS = {
    Target(Level.INFERENCE, INFERENCE): Record(function_name="chat", output="{}"),
    Target(Level.INFERENCE, SILENT): Record(function_name="chat"),
    Target(Level.EPISODE, EPISODE): Record(),
}


@dataclass
class Stack:
    """Both services, and what they stand on."""

    catalog: Catalog = field(default_factory=catalog)
    lookup: DictLookup = field(default_factory=lambda: DictLookup(dict(RECORDS)))
    store: ListStore = field(default_factory=ListStore)
    writer: ListWriter = field(default_factory=ListWriter)
    time: ManualTime = field(default_factory=lambda: ManualTime(NOW))
    key_days: int = 7

    def __post_init__(self) -> None:
        """Let everything that is written be found."""
        self.writer.store = self.store
        self.lookup.claimed = self.store.claimed

    @property
    def stored(self) -> list[str]:
        """The ids of the feedback that is stored, in the order in which it was."""
        return [row.item["id"]["S"] for row in self.store.rows if "id" in row.item]

    def submit(
        self, *elements: Json, caller: Caller = ANYBODY, atomic: bool = False, left: float = 28
    ) -> list[Outcome]:
        """Send a batch."""
        service = BatchService(
            self.catalog, self.lookup, self.writer, self.key_days, self.time.clock()
        )
        end = self.time.now() + left
        return service.submit([*elements], caller, lambda: end - self.time.now(), atomic=atomic)

    def single(self, document: Json, caller: Caller = ANYBODY) -> Outcome:
        """Send an element alone, with its key beside it."""
        service = Service(self.catalog, self.lookup, self.store, self.key_days, self.time.clock())
        request, key = document, None
        if isinstance(document, dict):
            request = {name: value for name, value in document.items() if name != KEY}
            key = document.get(KEY)
        end = self.time.now() + 28
        try:
            if key is not None:
                key = idempotency_key.check(KEY, str(key))
            return service.submit(
                FeedbackRequest.parse(request), key, caller, lambda: end - self.time.now()
            )
        except Refusal as refusal:
            return refusal


KEY = "idempotency_key"


def element(key: str | None = None, **changes: Any) -> dict[str, Any]:
    """Make a good element, with these changes, and with a key if one is given."""
    good = {"metric_name": "liked", "value": True, "inference_id": INFERENCE, **changes}
    return good if key is None else {**good, KEY: key}
