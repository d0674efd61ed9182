"""Work that knows no deadline, waited for until there is one."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from shared.deadline import Deadline

Result = TypeVar("Result")


class _Outcome(Generic[Result]):
    """What came of the work: a value, or the error that is to be raised where it is waited for."""

    value: Result
    error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> bool:
        self.error = error
        return True


def run(work: Callable[..., Result], deadline: Deadline, *arguments: Any) -> Result:  # noqa: ANN401
    """Do it in a thread, and give what it gives or raise what it raises.

    Raises TimeoutError at the deadline. The thread then goes on by itself until the work ends; it
    keeps no process alive.
    """
    outcome = _Outcome[Result]()

    def do() -> None:
        with outcome:
            outcome.value = work(*arguments)

    thread = threading.Thread(target=do, daemon=True)
    timeout = deadline.timeout()
    thread.start()
    thread.join(timeout)
    if thread.is_alive():
        raise TimeoutError("the deadline has passed")
    if outcome.error is not None:
        raise outcome.error
    return outcome.value
