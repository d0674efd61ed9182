"""What the aggregates are made of, read from the tables: feedback, inferences, episodes."""

import re
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

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
"""A finite decimal, of a magnitude that DynamoDB can hold."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The tables; every read is strongly consistent, and raises StorageUnavailable."""

    database: Database
    tables: Mapping[str, str]

    def entries(self, feedback: Iterable[Feedback]) -> dict[Feedback, Entry | Malformed | None]:
        """Return what is stored of feedback now; None if nothing is, or of another metric."""
        asked = {one: (one.kind, one.subject.target_id, one.id) for one in feedback}
        kinds = {self.tables[kind]: kind for kind in layout.KINDS}
        keys = (
            (self.tables[kind], feedback_key(KINDS[kind], target_id, id_))
            for kind, target_id, id_ in dict.fromkeys(asked.values())
        )
        found: dict[tuple[Subject, Uuid], Entry] = {}
        malformed: dict[tuple[str, str, str], Malformed] = {}
        for table, item in self.database.get(keys):
            kind = kinds[table]
            try:
                row, entry = _read(item, kind)
            except Malformed as error:
                malformed[kind, item[KINDS[kind].key]["S"], item["id"]["S"]] = error
            else:
                found[row.subject, row.id] = entry
        return {
            one: malformed.get(place) or found.get((one.subject, one.id))
            for one, place in asked.items()
        }

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
                        feedback, _ = _read(item, kind)
                        yield feedback

    def _episode(self, generation: int, episode_id: Uuid) -> Iterator[Inference]:
        key = layout.episode_key(generation, episode_id)
        items = self.database.query(self.tables[layout.TABLE], "key", key)
        return map(read_listed, items)


def _read(item: Item, kind: str) -> tuple[Feedback, Entry]:
    """Read a row: whose feedback it is, and its entry. Raises Malformed."""
    return read_feedback(item, kind, is_new=True), to_entry(item, kind)


def to_entry(item: Item, kind: str) -> Entry:
    """Return the entry of a row that `read_feedback` can read. Raises Malformed."""
    match kind, item.get("value"):
        case "boolean", {"BOOL": bool(value)}:
            number = str(int(value))
        case "float", {"N": str(value)} if _NUMBER.fullmatch(value):
            number = value
        case layout.DEMONSTRATION, _:
            number = ""
        case _:
            raise Malformed(f"a row of {kind} feedback without its value")
    return Entry(Uuid(item["id"]["S"]), kind, number)
