"""What the aggregates are made of, read from the tables: feedback, inferences, episodes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from aggregates import layout
from aggregates.inference import Inference, read_listed
from aggregates.layout import DEMONSTRATION
from aggregates.roles import Roles, roles
from aggregates.units import Entry
from aggregator.records import (
    Feedback,
    Malformed,
    Subject,
    read_feedback,
    read_inference,
)
from feedback.kinds.registry import KINDS
from feedback.rows import feedback_key
from shared.database import Database
from shared.items import Item
from shared.uuids import Uuid


@dataclass(frozen=True, slots=True)
class Inputs:
    """The tables; every read is strongly consistent, and raises StorageUnavailable."""

    database: Database
    tables: Mapping[str, str]

    def entries(self, feedback: Iterable[Feedback]) -> dict[Feedback, Entry | Malformed | None]:
        """Return what is stored of feedback now; None if nothing is, or of another metric."""
        asked = list(feedback)
        kinds = {self.tables[one.kind]: one.kind for one in asked}
        keys = {
            (one.kind, one.subject.target_id, one.id): (
                self.tables[one.kind],
                feedback_key(KINDS[one.kind], one.subject.target_id, one.id),
            )
            for one in asked
        }
        found: dict[tuple[Subject, Uuid], Entry | Malformed] = {}
        for table, item in self.database.get(keys.values()):
            kind = kinds[table]
            row = read_feedback(item, kind, is_new=True)
            try:
                found[row.subject, row.id] = to_entry(item, kind)
            except Malformed as malformed:
                found[row.subject, row.id] = malformed
        return {one: found.get((one.subject, one.id)) for one in asked}

    def roles(self, generation: int, targets: Iterable[Uuid]) -> dict[Uuid, Roles | Malformed]:
        """Return as what targets count: an inference as itself, else what the episode has."""
        table, ids = self.tables["target"], list(targets)
        found: dict[Uuid, Roles | Malformed] = {}
        for _, item in self.database.get((table, {"target_id": {"S": id_}}) for id_ in ids):
            id_ = Uuid(item["target_id"]["S"])
            try:
                inference = read_inference(item)
            except Malformed as malformed:
                found[id_] = malformed
            else:
                if inference is not None:
                    found[id_] = roles(inference, ())
        for id_ in ids:
            if id_ not in found:
                found[id_] = roles(None, self._episode(generation, id_))
        return found

    def feedback(self, inferences: Collection[Inference]) -> Iterator[Feedback]:
        """Yield all feedback on inferences and on their episodes, whatever metric it is of.

        A row that cannot be read is left out: its own record says so.
        """
        own = {one.id for one in inferences}
        episodes = {one.episode_id for one in inferences}
        for kind in layout.KINDS:
            for target_id in sorted(own if kind == DEMONSTRATION else own | episodes):
                table, key = self.tables[kind], KINDS[kind].key
                for item in self.database.query(table, key, target_id):
                    with suppress(Malformed):
                        yield read_feedback(item, kind, is_new=True)

    def _episode(self, generation: int, episode_id: Uuid) -> Iterator[Inference]:
        key = layout.episode_key(generation, episode_id)
        items = self.database.query(self.tables[layout.TABLE], "key", key)
        return map(read_listed, items)


def to_entry(item: Item, kind: str) -> Entry:
    """Return the entry of a row. Raises Malformed."""
    match kind, item.get("value"):
        case "boolean", {"BOOL": bool(value)}:
            number = str(int(value))
        case "float", {"N": str(value)}:
            number = value
        case layout.DEMONSTRATION, _:
            number = ""
        case _:
            raise Malformed(f"a row of {kind} feedback without its value")
    return Entry(Uuid(item["id"]["S"]), kind, number)
