"""Confidence sequences: intervals that hold for all counts at once, however often one looks.

The asymptotic sequence of Waudby-Smith et al. (2024), proposition 2.5, as TensorZero has it: it is
tightest from about 100 values on.
"""

import math

ALPHA = 0.05
"""How likely it is, at most, that the mean ever leaves its interval."""

_L = -2 * math.log(ALPHA)
_RHO_SQUARED = (_L + math.log(_L) + 1) / 100


def margin(count: int, variance: float) -> float:
    """Return how far the interval reaches from the mean of so many values, in 64 bits."""
    spread = count * variance * _RHO_SQUARED + 1
    return math.sqrt(spread / (count**2 * _RHO_SQUARED) * math.log(spread / ALPHA**2))
