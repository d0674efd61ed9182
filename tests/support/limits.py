"""Small limits of the aggregator, so that short histories come to them."""

import pytest

from aggregates import steps
from aggregator import mover, packing


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let units, steps and transactions be as small as can be."""
    monkeypatch.setattr(steps, "MOST_ENTRIES", 3)
    monkeypatch.setattr(steps, "OLDER_ENTRIES", 2)
    monkeypatch.setattr(steps, "MOST_CHANGES", 2)
    monkeypatch.setattr(packing, "MAX_WRITES", 6)
    monkeypatch.setattr(packing, "MAX_AMOUNTS", 10)
    monkeypatch.setattr(mover, "AT_ONCE", 3)
