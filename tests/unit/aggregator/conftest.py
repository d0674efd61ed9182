"""What the aggregator's tests share."""

from tests.support.limits import small

__all__ = ["small"]
