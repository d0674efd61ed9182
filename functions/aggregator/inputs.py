"""What the aggregates are made of, read from the tables: feedback, inferences, episodes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from aggregates import layout
from aggregates.roles import Recorded, Roles, roles
from aggregates.units import Entry
from aggregator.database import Database
from aggregator.records import (
    Feedback,
    Inference,
    Malformed,
    is_counted,
    read_feedback,
    read_inference,
)
from feedback.kinds.registry import KINDS
from feedback.rows import feedback_key
from shared.items import Item
from shared.uuids import Uuid


@dataclass(frozen=True, slots=True)
class Inputs:
    """The tables; every read is strongly consistent, and raises StorageUnavailable."""

    database: Database
    tables: Mapping[str, str]

    def entries(self, feedback: Iterable[Feedback]) -> dict[Uuid, Entry | Malformed | None]:
        """Return what is stored of feedback now, by its id; None if nothing is."""
        asked = list(feedback)
        kinds = {self.tables[one.kind]: one.kind for one in asked}
        keys = [
            (self.tables[one.kind], feedback_key(KINDS[one.kind], one.subject.target_id, one.id))
            for one in asked
        ]
        found: dict[Uuid, Entry | Malformed | None] = {one.id: None for one in asked}
        for table, item in self.database.get(keys):
            try:
                found[Uuid(item["id"]["S"])] = to_entry(item, kinds[table])
            except Malformed as malformed:
                found[Uuid(item["id"]["S"])] = malformed
        return found

    def roles(self, generation: int, targets: Iterable[Uuid]) -> dict[Uuid, Roles]:
        """Return as what targets count: an inference as itself, else what the episode has."""
        table, ids = self.tables["target"], list(targets)
        inferences: dict[Uuid, Recorded] = {}
        for _, item in self.database.get((table, {"target_id": {"S": id_}}) for id_ in ids):
            inference = read_inference(item)
            if inference is not None:
                recorded = Recorded(inference.id, inference.function, inference.variant)
                inferences[inference.id] = recorded
        return {
            id_: roles(inferences[id_], ())
            if id_ in inferences
            else roles(None, self._episode(generation, id_))
            for id_ in ids
        }

    def feedback(self, inferences: Iterable[Inference]) -> Iterator[Feedback]:
        """Yield all feedback on inferences and on their episodes, whatever metric it is of."""
        ids = dict.fromkeys(id_ for one in inferences for id_ in (one.id, one.episode_id))
        for kind in filter(is_counted, KINDS):
            for target_id in ids:
                table, key = self.tables[kind], KINDS[kind].key
                for item in self.database.query(table, key, target_id):
                    yield read_feedback(item, kind, is_new=True)

    def _episode(self, generation: int, episode_id: Uuid) -> Iterator[Recorded]:
        key = layout.episode_key(generation, episode_id)
        for item in self.database.query(self.tables[layout.TABLE], "key", key):
            yield Recorded(Uuid(item["sort"]["S"]), item["function"]["S"], item["variant"]["S"])


def to_entry(item: Item, kind: str) -> Entry:
    """Return the entry of a row. Raises Malformed."""
    match kind, item.get("value"):
        case "boolean", {"BOOL": bool(value)}:
            number = str(int(value))
        case "float", {"N": str(value)}:
            number = value
        case "demonstration", _:
            number = ""
        case _:
            raise Malformed(f"a row of {kind} feedback without its value")
    return Entry(Uuid(item["id"]["S"]), kind, number)
