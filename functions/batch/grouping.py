"""Which writings share a transaction, and what is left of them when one was cancelled."""

from collections.abc import Iterator, Sequence
from typing import Any

from batch.writing import Outcomes, Writing, settled
from submit.service import Receipt
from shared.dynamodb import CONGESTED_REASONS
from shared.errors import BatchTooLarge

MOST_PUTS = 100
MOST_BYTES = 4 * 1024 * 1024
"""What DynamoDB takes in one transaction."""
TAKEN = "ConditionalCheckFailed"
"""Why DynamoDB cancels a transaction whose claim was taken before."""


def transactions(writings: Sequence[Writing]) -> Iterator[list[Writing]]:
    """Pack writings into as few transactions as take them, in their order."""
    group: list[Writing] = []
    puts = size = 0
    for writing in writings:
        puts, size = puts + writing.puts, size + writing.size
        if puts > MOST_PUTS or size > MOST_BYTES:
            yield group
            group, puts, size = [], writing.puts, writing.size
        group.append(writing)
    if group:
        yield group


def only_transaction(writings: Sequence[Writing]) -> list[Writing]:
    """Give them all as one transaction. Raises BatchTooLarge if it cannot take so many."""
    puts = sum(writing.puts for writing in writings)
    size = sum(writing.size for writing in writings)
    if puts > MOST_PUTS or size > MOST_BYTES:
        raise BatchTooLarge(
            f"An atomic batch stores at most {MOST_PUTS} items (an element is one, and one more "
            f"with an idempotency_key or an evaluation label) and {MOST_BYTES} bytes, found "
            f"{puts} and {size}"
        )
    return list(writings)


def sort(
    pending: list[list[Writing]], reasons: list[Any] | None, outcomes: Outcomes, *, atomic: bool
) -> bool:
    """Say what became of the first group, and put back what is still to be stored.

    Tell whether anything was in conflict.
    """
    group = pending.pop(0)
    if reasons is None:
        outcomes.update({writing.id: Receipt(writing.id) for writing in group})
        return False
    free: list[Writing] = []
    crowded: list[Writing] = []
    left = iter(reasons)
    for writing in group:
        own = [next(left) for _ in range(writing.puts)]
        if own[0]["Code"] == TAKEN:
            outcomes[writing.id] = settled(writing.claims[0], own[0]["Item"])
        elif any(reason["Code"] in CONGESTED_REASONS for reason in own):
            crowded.append(writing)
        else:
            free.append(writing)
    rest = [[one for one in group if one.id not in outcomes]] if atomic else [free, crowded]
    pending[:0] = [some for some in rest if some]
    return bool(crowded)
