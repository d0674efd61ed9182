"""Checks what was demonstrated against JSON Schemas; any schema costs a request only so much.

Schemas come with data, and no analysis can foresee what one costs. So a child process compiles and
applies them; where it takes too much of anything it is ended, and the value is refused.
"""

from typing import TYPE_CHECKING

from feedback.demonstration.json_schema.budget import Budget
from shared.clock import Seconds, TimeLeft
from shared.dynamodb import StorageUnavailable

if TYPE_CHECKING:
    from feedback.demonstration.json_schema.check import Check, Violation
    from feedback.demonstration.json_schema.validator import Validator

PROCESSOR: Seconds = 1.6
"""The processor time that a request may take for it."""
LONGEST: Seconds = 6
"""The time it may take, on a slow or busy machine."""
RESERVE: Seconds = 2
"""The time that is left of the invocation, to store the feedback and to answer."""


class Validation:
    """The one of a Lambda's environment: nothing is loaded or forked before the first value."""

    def __init__(self, memory: int) -> None:
        """Take the function's memory, in megabytes."""
        self._memory = memory
        self._validator: Validator | None = None

    def begin(self, time_left: TimeLeft) -> "Check":
        """Return the check of one request: all that it checks has one budget.

        The check raises InvalidSchema for a schema that does not compile or takes too much, and
        StorageUnavailable if so little is left of the invocation that nothing could be stored.
        """
        budget: Budget | None = None

        def check(schema: str, value: str) -> "Violation | None":
            nonlocal budget
            budget = budget or _budget(time_left)
            return self._start().first_violation(schema, value, budget)

        return check

    def _start(self) -> "Validator":
        from feedback.demonstration.json_schema.validator import Validator  # noqa: PLC0415 - loads the library

        self._validator = self._validator or Validator.within(self._memory)
        return self._validator


def _budget(time_left: TimeLeft) -> Budget:
    budget = Budget(PROCESSOR, min(LONGEST, time_left() - RESERVE))
    if budget.is_spent:
        raise StorageUnavailable
    return budget
