"""Finds the word that a misspelt one was meant to be."""

from collections.abc import Iterable

_LONG = 12
"""Letters from which on a word may have two typing errors."""


def meant(word: str, known: Iterable[str]) -> str | None:
    """Return the known word of which ``word`` is a misspelling, or None.

    It may differ in case, underscores, hyphens and a plural s, and by one typing error besides: a
    letter too many, too few or wrong, or two that have changed places. A long word may have two.
    A digit is no typing error: TensorZero's words have none, and ``schema_v2`` may be a new one.
    """
    if any(letter.isdigit() for letter in word):
        return None
    distances = {one: _distance(_core(word), _core(one)) for one in known}
    closest = min(distances, key=lambda one: distances[one], default=None)
    if closest is None or distances[closest] > 1 + (len(_core(closest)) >= _LONG):
        return None
    return closest


def _core(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").removesuffix("s")


def _distance(one: str, other: str) -> int:
    """Count the typing errors between two words (optimal string alignment)."""
    before: list[int] = []
    last: list[int] = [*range(len(other) + 1)]
    for row, letter in enumerate(one, 1):
        this = [row]
        for column, goal in enumerate(other, 1):
            cost = min(last[column], this[-1], last[column - 1] - (letter == goal)) + 1
            if row > 1 < column and letter == other[column - 2] and goal == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            this.append(cost)
        before, last = last, this
    return last[-1]
