"""A deadline bounds what a thread does, for as long as it says and no longer."""

import math
import threading

import pytest

from shared import deadline
from shared.deadline import NEVER, RESERVE, Deadline
from shared.direct import bounded

LONG = 3_600.0


def test_the_earlier_of_two_deadlines_counts() -> None:
    """Nothing that is given more time than is left gets it."""
    long = NEVER.within(LONG)

    assert long.within(2 * LONG).left() <= LONG
    assert long.within(1).left() <= 1
    assert NEVER.left() == math.inf


def test_an_invocation_keeps_time_for_its_answer() -> None:
    """So much less is there for its calls."""
    assert LONG - RESERVE - 1 < deadline.invocation(LONG).left() <= LONG - RESERVE


def test_after_the_deadline_there_is_no_time() -> None:
    """Not even none, which a socket would take for a request not to wait."""
    with pytest.raises(TimeoutError):
        NEVER.within(0).timeout()


def test_a_bound_ends_with_its_block_and_holds_in_its_thread() -> None:
    """An invocation leaves nothing behind for the next one."""
    seen: list[Deadline] = []
    until = NEVER.within(LONG)

    with deadline.bound(until):
        thread = threading.Thread(target=lambda: seen.append(deadline.current()))
        thread.start()
        thread.join()
        assert deadline.current() is until

    assert [deadline.current(), *seen] == [NEVER, NEVER]


def test_bounded_work_gives_its_result_or_its_error() -> None:
    """As if it had been done here."""
    assert bounded.run(divmod, NEVER.within(LONG), 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        bounded.run(divmod, NEVER.within(LONG), 7, 0)


def test_bounded_work_is_waited_for_until_the_deadline_only() -> None:
    """It goes on without anybody."""
    hung = threading.Event()
    with pytest.raises(TimeoutError):
        bounded.run(hung.wait, NEVER.within(0.01))
    hung.set()
