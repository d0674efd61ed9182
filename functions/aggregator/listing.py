"""Listing: inferences are put where their episodes and functions list them."""

from collections.abc import Iterable

from aggregates.inference import Inference, inference_items
from shared.database import Database
from shared.dynamodb import Failure, is_invalid
from shared.uuids import Uuid


def record(
    database: Database, table: str, generation: int, inferences: Iterable[Inference]
) -> dict[Uuid, Failure]:
    """List inferences; return those, by their ids, whose items DynamoDB refuses.

    Raises StorageUnavailable, and Failure where it is not an item that is refused.
    """
    once = {inference.id: inference for inference in inferences}
    items = [item for one in once.values() for item in inference_items(generation, one)]
    try:
        database.put(table, items)
    except Failure as failure:
        if not is_invalid(failure):
            raise
        if len(once) == 1:
            return dict.fromkeys(once, failure)
        refused: dict[Uuid, Failure] = {}
        for one in once.values():
            refused |= record(database, table, generation, [one])
        return refused
    return {}
