"""Which writes share a transaction, and what is left of them when one was cancelled."""

from collections.abc import Iterator, Sequence

from batch.writes import Outcomes, Write, answer_by_holder
from feedback.model import Accepted
from feedback.transaction import MAX_BYTES, MAX_PUTS
from shared.elements import BatchTooLarge
from shared.transaction import Obstacle

MAX_PLAIN = 25
MAX_REQUEST = 16 * 1024 * 1024
"""What DynamoDB takes in one BatchWriteItem: rows, and bytes of the request."""
ESCAPED = 6
"""How many bytes of a request one byte of an item can become: `\\u0001`."""


def plain_chunks(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """Pack single rows into as few calls as surely take them, in their order."""
    chunk: list[Write] = []
    size = 0
    for write in writes:
        size += write.size
        if len(chunk) == MAX_PLAIN or size * ESCAPED > MAX_REQUEST:
            yield chunk
            chunk, size = [], write.size
        chunk.append(write)
    if chunk:
        yield chunk


def transactions(writes: Sequence[Write]) -> Iterator[list[Write]]:
    """Pack writes into as few transactions as take them, in their order."""
    group: list[Write] = []
    puts = size = 0
    for write in writes:
        puts, size = puts + write.puts, size + write.size
        if puts > MAX_PUTS or size > MAX_BYTES:
            yield group
            group, puts, size = [], write.puts, write.size
        group.append(write)
    if group:
        yield group


def only_transaction(writes: Sequence[Write]) -> list[Write]:
    """Return them all as one transaction. Raises BatchTooLarge if it cannot take so many."""
    puts = sum(write.puts for write in writes)
    size = sum(write.size for write in writes)
    if puts > MAX_PUTS or size > MAX_BYTES:
        raise BatchTooLarge(
            f"An atomic batch stores at most {MAX_PUTS} items (an element is one, and one more "
            f"with an idempotency_key or an evaluation label) and {MAX_BYTES} bytes, found "
            f"{puts} and {size}"
        )
    return list(writes)


def sort(
    pending: list[list[Write]],
    obstacles: list[Obstacle] | None,
    outcomes: Outcomes,
    *,
    atomic: bool,
) -> bool:
    """Note what became of the first group, and put back what is still to be stored.

    `obstacles` is None if the group is stored. Returns whether DynamoDB was too busy for any.
    """
    group = pending.pop(0)
    if obstacles is None:
        outcomes.update({write.id: Accepted(write.id) for write in group})
        return False
    free: list[Write] = []
    congested: list[Write] = []
    left = iter(obstacles)
    for write in group:
        own = [next(left) for _ in range(write.puts)]
        if own[0].held:
            outcomes[write.id] = answer_by_holder(write.reservations[0], own[0].held)
        elif any(obstacle.congested for obstacle in own):
            congested.append(write)
        else:
            free.append(write)
    rest = [[one for one in group if one.id not in outcomes]] if atomic else [free, congested]
    pending[:0] = [some for some in rest if some]
    return bool(congested)
