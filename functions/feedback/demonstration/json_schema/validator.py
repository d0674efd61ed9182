"""Checks values against JSON Schemas in a worker's child process, and refuses what that cannot."""

from feedback.demonstration.json_schema.budget import Budget
from feedback.demonstration.json_schema.check import InvalidSchema, Violation
from feedback.demonstration.json_schema.child import Crashed, Ended, OutOfMemory, OutOfTime
from feedback.demonstration.json_schema.confinement import confinement
from feedback.demonstration.json_schema.message import pack, unpack
from feedback.demonstration.json_schema.schema import answer
from feedback.demonstration.json_schema.worker import Worker

MAX_SCHEMA = 256 * 1024
"""The longest schema, in characters."""
MOST_MEMORY = 96
"""Megabytes that the child may take at most, beyond what it shares with its parent."""
SHARE = 3 / 8
"""The part of the function's memory that it may take at most: in the smallest function, of 128 MB,
the parent has a half."""
REASONS: dict[type[Ended], str] = {
    OutOfTime: "it asks for too much work on this value",
    OutOfMemory: "it asks for too much memory on this value",
    Crashed: "the validator fails on it and this value",
}


class Validator:
    """Checks values with one worker."""

    def __init__(self, worker: Worker) -> None:
        """Take the worker that answers what `schema.answer` does."""
        self._worker = worker

    @classmethod
    def within(cls, memory: int) -> "Validator":
        """Make a validator, and a worker for it, in a function of so many megabytes."""
        most = min(MOST_MEMORY, memory * SHARE)
        return cls(Worker(answer, confinement(int(most * 1024 * 1024))))

    def first_violation(self, schema: str, value: str, budget: Budget) -> Violation | None:
        """Return the first violation of a schema in a value, both JSON texts.

        Raises InvalidSchema if the schema does not compile, or takes more than there is: then its
        cause is OutOfTime, OutOfMemory or Crashed.
        """
        if len(schema) > MAX_SCHEMA:
            raise _invalid(f"it is longer than {MAX_SCHEMA} characters")
        try:
            texts = unpack(self._worker.ask(pack(schema, value), budget))
        except Ended as ended:
            raise _invalid(REASONS[type(ended)]) from ended
        except ValueError as error:  # a schema may have got the better of the child
            raise _invalid(REASONS[Crashed]) from error
        match texts:
            case []:
                return None
            case [message, pointer, expected]:
                return Violation(message, pointer, expected)
            case [reason]:
                raise _invalid(reason)
            case _:
                raise _invalid(REASONS[Crashed])


def _invalid(reason: str) -> InvalidSchema:
    return InvalidSchema(f"Failed to compile JSON Schema: {reason}")
