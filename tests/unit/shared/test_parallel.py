"""Work side by side: at the same time, in order, and the first error in that order."""

from contextvars import ContextVar
from functools import partial
from threading import Barrier

import pytest

from shared.parallel import side_by_side

CONTEXT: ContextVar[str] = ContextVar("context")


def test_all_parts_are_done_at_the_same_time_with_the_callers_context() -> None:
    """Each waits for all others; none would end one after the other."""
    barrier = Barrier(4)
    CONTEXT.set("the caller's")

    def part(number: int) -> tuple[int, str]:
        barrier.wait(60)
        return number, CONTEXT.get()

    results = side_by_side([partial(part, number) for number in range(4)])

    assert results == [(number, "the caller's") for number in range(4)]
    assert side_by_side([]) == []


@pytest.mark.parametrize("failing", [(0,), (1,), (2,), (1, 2)])
def test_an_error_is_raised_when_all_have_ended(failing: tuple[int, ...]) -> None:
    """Of several the first one, whichever was earlier."""
    ended = list[int]()

    def part(number: int) -> None:
        ended.append(number)
        if number in failing:
            raise KeyError(number)

    with pytest.raises(KeyError, match=str(failing[0])):
        side_by_side([partial(part, number) for number in range(3)])

    assert sorted(ended) == [0, 1, 2]
