"""Answers of many rows, which Lambda must be able to return."""

from typing import Any

from reads.size import MAX_ANSWER, size
from shared.refusal import Refusal

_SMALLEST_ROW = 100
"""How many bytes a row takes at least."""


class AnswerTooLarge(Refusal):
    """Lambda could not return the answer."""

    code = "answer_too_large"

    def __init__(self, advice: str) -> None:
        """Say what to do."""
        super().__init__(f"The answer would take more than {MAX_ANSWER} bytes: {advice}")


def require_returnable(number: int, advice: str) -> None:
    """Raise AnswerTooLarge for so many rows that they need not be made to see that."""
    if number * _SMALLEST_ROW > MAX_ANSWER:
        raise AnswerTooLarge(advice)


def returnable(rows: list[dict[str, Any]], advice: str) -> list[dict[str, Any]]:
    """Return rows that Lambda can return. Raises AnswerTooLarge, which gives the advice."""
    if size(rows) > MAX_ANSWER:
        raise AnswerTooLarge(advice)
    return rows
