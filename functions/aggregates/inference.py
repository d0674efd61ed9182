"""Recorded inferences, as far as aggregates need them, and as their table lists them."""

from typing import NamedTuple

from aggregates.layout import episode_key, inferences_key, key_of, place
from shared.items import Item
from shared.uuids import Uuid


class Inference(NamedTuple):
    """A recorded inference, as far as aggregates need it."""

    id: Uuid
    episode_id: Uuid
    function: str
    variant: str

    def target(self, level: str) -> Uuid:
        """Return whose feedback counts, on a metric of a level."""
        return self.id if level == "inference" else self.episode_id


def inference_items(generation: int, inference: Inference) -> list[Item]:
    """Spell an inference as its episode and its function list it."""
    id_, episode_id, function, variant = inference
    names: Item = {"function": {"S": function}, "variant": {"S": variant}}
    inferences = inferences_key(generation, function, id_[-1])
    return [
        {**key_of(episode_key(generation, episode_id), id_), **names},
        {**key_of(inferences, id_), **names, "episode": {"S": episode_id}},
    ]


def read_listed(item: Item) -> Inference:
    """Read such an item; that of an episode has the episode in its key."""
    key, id_ = place(item)
    episode_id = item["episode"]["S"] if "episode" in item else key.rpartition("/")[2]
    return Inference(Uuid(id_), Uuid(episode_id), item["function"]["S"], item["variant"]["S"])
