"""Random histories: inferences, feedback early and late, twice, changed, taken away, by seed."""

import random
from dataclasses import dataclass, field
from typing import Any

from feedback.kinds.registry import KINDS
from shared.items import Item
from shared.uuids import Uuid
from tests.support.memory import Memory
from tests.unit.aggregates.strategies import uuid

START = 1_772_323_000_000
"""Milliseconds since 1970: Saturday, 28 February 2026, 23:56:40 UTC."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SPANS = (1_000, MINUTE, 10 * MINUTE, HOUR, DAY, 8 * DAY)
METRICS = (("flag", "boolean"), ("score", "float"), ("both", "boolean"), ("both", "float"))
NUMBERS = ("0", "1", "-1", "0.5", "0.8234876512345678", "3", "1E+20", "-7.25", "1E-30", "9.9E+125")


@dataclass
class History:
    """Writes into the tables, one at a time."""

    chance: random.Random
    tables: Memory
    now: int = START
    inferences: list[Item] = field(default_factory=list)
    rows: list[tuple[str, Item]] = field(default_factory=list)
    minted: int = 0
    orderly: bool = False
    """Whether feedback comes in its order, and none is taken away."""

    def __post_init__(self) -> None:
        """Decide how far feedback is spread."""
        self.recent = self.chance.choice([1, 1, 2, 6])
        self.metrics = METRICS[-self.chance.randint(1, 4) :]

    def go_on(self, writes: int) -> None:
        """Write so many more."""
        deeds = [self.record, *[self.vote] * 7, self.demonstrate]
        for _ in range(writes):
            self.now += self.chance.randrange(self.chance.choice(SPANS))
            self.chance.choice(deeds)()

    def record(self) -> None:
        """Record an inference: of a new episode, or one more of an earlier one."""
        earlier = self.chance.choice(self.inferences) if self.inferences else None
        joins = earlier is not None and self.chance.random() < 0.6
        item: Item = {
            "target_id": {"S": self._mint()},
            "target_type": {"S": "inference"},
            "episode_id": earlier["episode_id"] if earlier and joins else {"S": self._mint()},
            "function_name": {"S": self.chance.choice(["f", "f", "g/h"])},
            "variant_name": {"S": self.chance.choice(["a", "a", "b"])},
        }
        self.inferences.append(item)
        if self.chance.random() < 0.8:
            self.publish(item)

    def publish(self, item: Item) -> None:
        """Store an inference, and its episode before it."""
        episode = {"target_id": item["episode_id"], "target_type": {"S": "episode"}}
        for one in (episode, item):
            self.tables.put_item(TableName="target", Item=one)

    def publish_all(self) -> None:
        """Store what was held back."""
        for item in self.inferences:
            self.publish(item)

    def vote(self) -> None:
        """Give feedback on an inference or an episode, sometimes in another's place."""
        if not self.inferences:
            return
        inference = self.chance.choice(self.inferences[-self.recent :])
        target = inference[self.chance.choice(["target_id", "target_id", "episode_id"])]
        metric, kind = self.chance.choice(self.metrics)
        number = {"N": self.chance.choice(NUMBERS)}
        value = {"BOOL": self.chance.random() < 0.5} if kind == "boolean" else number
        self._put(kind, {"target_id": target, "metric_name": {"S": metric}, "value": value})
        if not self.orderly and self.chance.random() < 0.05:
            self._take_away()

    def demonstrate(self) -> None:
        """Demonstrate how it should have been."""
        if self.inferences:
            inference = self.chance.choice(self.inferences[-self.recent :])
            row = {"inference_id": inference["target_id"], "value": {"S": "[]"}}
            self._put("demonstration", row)

    def put(self, kind: str, target: Any, metric: str, value: Any, later: int = 0) -> Item:
        """Give this feedback, so many milliseconds later or, if negative, earlier than now."""
        id_ = {"S": self._mint(-later)}
        row = {"target_id": target, "id": id_, "metric_name": {"S": metric}, "value": value}
        self.tables.put_item(TableName=kind, Item=row)
        return row

    def _put(self, kind: str, row: Item) -> None:
        late = 0 if self.orderly else self.chance.choice([0, 0, 0, self.chance.choice(SPANS)])
        item = {**row, "id": {"S": self._mint(late)}}
        self.rows.append((kind, item))
        self.tables.put_item(TableName=kind, Item=item)

    def _take_away(self) -> None:
        kind, item = self.rows.pop(self.chance.randrange(len(self.rows)))
        key = {name: item[name] for name in (KINDS[kind].key, "id")}
        self.tables.delete(kind, key)

    def _mint(self, late: int = 0) -> Uuid:
        self.minted += 1
        return uuid(self.now - late, self.chance.randrange(2**30) << 16 | self.minted)
