"""Work that knows no deadline, waited for until there is one."""

from _thread import TIMEOUT_MAX, allocate_lock, start_new_thread
from collections.abc import Callable
from typing import Any, TypeVar

from shared.deadline import Deadline
from shared.outcome import Outcome

Result = TypeVar("Result")


def run(work: Callable[..., Result], deadline: Deadline, *arguments: Any) -> Result:  # noqa: ANN401
    """Do it in a thread, and give what it gives or raise what it raises.

    Raises TimeoutError at the deadline. The thread then goes on by itself until the work ends; it
    keeps no process alive. It is started without `threading.Thread`, whose bookkeeping is more
    than half of what a thread costs.
    """
    ended = allocate_lock()
    ended.acquire()
    outcome = Outcome[Result](ended.release)
    timeout = deadline.timeout()
    start_new_thread(outcome.take, (work, *arguments))
    if not ended.acquire(timeout=min(timeout, TIMEOUT_MAX)):
        raise TimeoutError("the deadline has passed")
    return outcome.get()
