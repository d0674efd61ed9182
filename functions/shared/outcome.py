"""What came of work that another thread does."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


def _nobody_waits() -> None:
    """Tell nobody."""


class Outcome(Generic[Result]):
    """A result, or the error to raise where the work is waited for."""

    _result: Result
    _error: BaseException | None = None

    def __init__(self, ended: Callable[[], object] = _nobody_waits) -> None:
        """Take what to call when the work has ended, in the thread that did it."""
        self._ended = ended

    def take(self, work: Callable[..., Result], *arguments: Any) -> None:  # noqa: ANN401
        """Do the work, and keep what comes of it: nothing escapes."""
        with self:
            self._result = work(*arguments)

    def get(self) -> Result:
        """Return the result, or raise the error, of work that has ended."""
        if self._error is not None:
            raise self._error
        return self._result

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> bool:
        """Keep the error; nothing escapes."""
        self._error = error
        self._ended()
        return True
