"""Inferences and their feedback as aggregates have them, written down directly."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aggregates import memory
from aggregates.counters import Counts
from aggregates.inference import Inference, inference_items
from aggregates.memory import Memory as Remembered
from aggregates.units import Entry, Unit
from shared.items import Item
from shared.uuids import Uuid
from tests.support.memory import Memory
from tests.unit.aggregates.strategies import uuid
from tests.unit.reads.aggregate.plain import Metric
from tests.unit.reads.aggregate.stage import Reads, catalog

KNOWN = {
    "flag": Metric("boolean", "inference", "max"),
    "score": Metric("float", "episode", "min"),
}
START = 1_772_445_600_250
"""Milliseconds since 1970: 2 March 2026, 10:00:00.250 UTC."""


def inference_id(number: int) -> Uuid:
    """Make the id of an inference: a second after the one before."""
    return uuid(START + 1_000 * number, number)


@dataclass
class World:
    """What is stored."""

    folder: Path
    memory: Memory = field(default_factory=lambda: Memory(page=1_000_000))

    @property
    def reads(self) -> Reads:
        """Read it."""
        return Reads(self.memory, catalog(self.folder, KNOWN), clients=1)  # it counts units

    def record(self, number: int, function: str = "f", **recorded: Any) -> None:
        """Record an inference, in an episode of its own."""
        id_, episode = inference_id(number), uuid(START, 10**6 + number)
        for item in inference_items(1, Inference(id_, episode, function, "a")):
            self._put("aggregate", item)
        item = {
            "target_id": {"S": id_},
            "target_type": {"S": "inference"},
            "episode_id": {"S": episode},
            "function_name": {"S": function},
            "variant_name": {"S": "a"},
            **{name: {"S": json.dumps(value)} for name, value in recorded.items()},
        }
        self._put("target", item)

    def vote(self, metric: str, target: Uuid, entry: Entry) -> None:
        """Remember feedback."""
        unit = Unit(None, 1, (entry,), latest=(entry,))
        self._put("aggregate", memory.to_item(1, metric, target, Remembered(unit, Counts())))

    def demonstrate(self, number: int, value: Any) -> None:
        """Store a demonstration, and remember it."""
        target, id_ = inference_id(number), uuid(START, 7 * 10**6 + number)
        self.vote("demonstration", target, Entry(id_, "demonstration", ""))
        text = json.dumps(value)
        row: Item = {"inference_id": {"S": target}, "id": {"S": id_}, "value": {"S": text}}
        self._put("demonstration", row)

    def forget(self, number: int) -> None:
        """Delete what was recorded, but not what is counted."""
        self.memory.delete("target", {"target_id": {"S": inference_id(number)}})

    def _put(self, table: str, item: Item) -> None:
        self.memory.put_item(TableName=table, Item=item)
