"""A listed inference as callers see it: TensorZero's keys, of what is recorded here."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from aggregates import memory
from aggregates.inference import Inference
from feedback.rows import timestamp
from reads import view
from reads.aggregate.settings import Settings
from reads.aggregate.store import Store
from reads.listing.filter import DEMONSTRATION
from reads.listing.vote import votes

if TYPE_CHECKING:
    from shared.items import Item

TOGETHER = 25
"""How many inferences are looked up together: each may take as much as an item can."""


def rows(
    store: Store,
    generation: int,
    candidates: Sequence[Inference],
    output_source: str,
    settings: Settings,
) -> Iterator[dict[str, Any]]:
    """Yield inferences as they were recorded, in the order given. Raises StorageUnavailable.

    One that has been deleted is left out.
    """
    for start in range(0, len(candidates), TOGETHER):
        some = candidates[start : start + TOGETHER]
        keys: list[Item] = [{"target_id": {"S": one.id}} for one in some]
        found = {
            item["target_id"]["S"]: _row(view.inference(item), settings)
            for item in store.find("target", keys)
        }
        if output_source == "demonstration":
            found = _demonstrated(found, _demonstrations(store, generation, some))
        elif output_source == "none":
            for row in found.values():
                row.pop("output", None)
        yield from (found[one.id] for one in some if one.id in found)


def _demonstrated(
    found: dict[str, dict[str, Any]], demonstrations: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Put the demonstrations into the outputs' place."""
    both = found.keys() & demonstrations.keys()
    for id_ in both:
        row = found[id_]
        row["dispreferred_outputs"] = [row["output"]] if "output" in row else []
        row["output"] = demonstrations[id_]
    return {id_: found[id_] for id_ in both}


def _row(recorded: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Show what was recorded of an inference, and what is always there."""
    function = settings.functions.get(recorded["function_name"])
    is_json = "output_schema" in recorded or isinstance(recorded.get("output"), dict)
    type_ = function.type if function is not None else ("json" if is_json else "chat")
    time = view.moment(timestamp(recorded["inference_id"]))
    always = {"dispreferred_outputs": [], "timestamp": time, "tags": {}}
    return {"type": type_, **recorded, **always}


def _demonstrations(
    store: Store, generation: int, candidates: Sequence[Inference]
) -> dict[str, Any]:
    """Return the latest demonstration of each inference."""
    keys: list[Item] = []
    for (_, target), item in votes(store, generation, [DEMONSTRATION], candidates).items():
        keys += [
            {"inference_id": {"S": target}, "id": {"S": entry.id}}
            for entry in memory.read(item).unit.latest
            if entry.kind == DEMONSTRATION.metric
        ]
    found = store.find(DEMONSTRATION.metric, keys)
    return {item["inference_id"]["S"]: json.loads(item["value"]["S"]) for item in found}
