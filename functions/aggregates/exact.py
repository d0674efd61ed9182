"""Exact sums of decimal numbers, kept as whole numbers that DynamoDB can add.

DynamoDB rounds a number to 38 digits. So a sum is kept in limbs, as a superaccumulator is: limb j
counts the units of 10^(20 j), and one value adds less than 10^20 to it. A limb stays exact for
10^18 values, whatever their magnitudes are.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeAlias

Amounts: TypeAlias = dict[str, int]
"""What is counted, by field: `n` is how many, `s…` their sum, `q…` the sum of their squares; the
limb follows, `s0`, `s1`, or `sm1` for limb -1. A field that is absent is 0."""

_DIGITS = 20
_BASE = 10**_DIGITS


class Moments(NamedTuple):
    """How many values there are, at least one; their sum and the sum of their squares.

    The sum is in units of 10^exponent, the squares are in units of 10^(2 exponent).
    """

    number: int
    total: int
    squares: int
    exponent: int

    @property
    def mean(self) -> float:
        """Their mean, rounded once."""
        return _quotient(self.total, self.number, self.exponent)

    @property
    def variance(self) -> float | None:
        """Their sample variance, rounded once; None for one value."""
        if self.number == 1:
            return None
        spread = self.number * self.squares - self.total * self.total
        return _quotient(spread, self.number * (self.number - 1), 2 * self.exponent)


def amounts(number: str) -> Amounts:
    """Spell one value, written as DynamoDB writes a number."""
    sign, digits, exponent = Decimal(number).as_tuple()
    if not isinstance(exponent, int):
        raise TypeError(f"expected a finite number, found {number}")
    magnitude = int("".join(map(str, digits)))
    result = {"n": 1}
    _split(result, "s", -magnitude if sign else magnitude, exponent)
    _split(result, "q", magnitude * magnitude, 2 * exponent)
    return result


def add(sums: Amounts, more: Mapping[str, int], times: int = 1) -> None:
    """Add to sums, in place; a field that comes to 0 goes."""
    for field, amount in more.items():
        value = sums.get(field, 0) + times * amount
        if value:
            sums[field] = value
        else:
            sums.pop(field, None)


def total(parts: Iterable[Mapping[str, int]]) -> Amounts:
    """Return the sum of several."""
    sums: Amounts = {}
    for part in parts:
        add(sums, part)
    return sums


def moments(sums: Mapping[str, int]) -> Moments:
    """Read sums."""
    # In units of the lowest limb the sum is whole, and in their squares the squares are.
    exponent = _DIGITS * min((0, *(_limb(field) for field in sums if field != "n")))
    scaled = {"s": 0, "q": 0}
    for field, amount in sums.items():
        if field != "n":
            power = exponent if field[0] == "s" else 2 * exponent
            scaled[field[0]] += amount * 10 ** (_DIGITS * _limb(field) - power)
    return Moments(sums.get("n", 0), scaled["s"], scaled["q"], exponent)


def _split(result: Amounts, letter: str, number: int, exponent: int) -> None:
    """Cut a number, in units of 10^exponent, into limbs."""
    limb, shift = divmod(exponent, _DIGITS)
    rest = abs(number) * 10**shift
    while rest:
        rest, part = divmod(rest, _BASE)
        if part:
            name = f"{letter}{limb}" if limb >= 0 else f"{letter}m{-limb}"
            result[name] = part if number > 0 else -part
        limb += 1


def _limb(field: str) -> int:
    digits = field[1:]
    return -int(digits[1:]) if digits[0] == "m" else int(digits)


def _quotient(numerator: int, denominator: int, exponent: int) -> float:
    """Divide, times 10^exponent: Python rounds a quotient of whole numbers once."""
    unit: int = 10 ** abs(exponent)
    if exponent < 0:
        return numerator / (denominator * unit)
    return numerator * unit / denominator
