"""What is remembered of the feedback on inferences and their episodes, looked up together."""

from collections.abc import Iterable, Sequence

from aggregates import layout
from aggregates.inference import Inference
from reads.aggregate.store import Store
from reads.listing.filter import Sought
from shared.items import Item


def votes(
    store: Store, generation: int, of: Iterable[Sought], candidates: Sequence[Inference]
) -> dict[tuple[Sought, str], Item]:
    """Return what is remembered, by metric and target. Raises StorageUnavailable."""
    sought = {}
    for metric in of:
        for target in {candidate.target(metric.level) for candidate in candidates}:
            key = layout.vote_key(generation, metric.metric, target)
            sought[key["key"]["S"], target] = (metric, target), key
    found = store.find(layout.TABLE, [key for _, key in sought.values()])
    return {sought[item["key"]["S"], item["sort"]["S"]][0]: item for item in found}
