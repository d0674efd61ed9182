"""Work that knows no deadline, waited for until there is one."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from shared.deadline import Deadline
from shared.outcome import Outcome

Result = TypeVar("Result")


def run(work: Callable[..., Result], deadline: Deadline, *arguments: Any) -> Result:  # noqa: ANN401
    """Do it in a thread, and give what it gives or raise what it raises.

    Raises TimeoutError at the deadline. The thread then goes on by itself until the work ends; it
    keeps no process alive.
    """
    outcome = Outcome[Result]()

    def do() -> None:
        with outcome:
            outcome.result = work(*arguments)

    thread = threading.Thread(target=do, daemon=True)
    timeout = deadline.timeout()
    thread.start()
    thread.join(timeout)
    if thread.is_alive():
        raise TimeoutError("the deadline has passed")
    return outcome.get()
