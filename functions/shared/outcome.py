"""What came of work that another thread does."""

from types import TracebackType
from typing import Generic, Self, TypeVar

Result = TypeVar("Result")


class Outcome(Generic[Result]):
    """A result, or the error to raise where the work is waited for."""

    result: Result
    error: BaseException | None = None

    def __enter__(self) -> Self:
        """Keep the error that the block raises."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> bool:
        """Keep the error; nothing escapes."""
        self.error = error
        return True

    def get(self) -> Result:
        """Return the result, or raise the error, of work that has ended."""
        if self.error is not None:
            raise self.error
        return self.result
