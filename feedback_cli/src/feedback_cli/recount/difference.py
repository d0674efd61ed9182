"""Differences between what the aggregates say and what they should."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where they differ; a name is empty where it does not matter."""

    expected: str
    found: str
    attribute: str
    """Of a counter, as `aggregates.counters` names it; or what else differs."""
    function: str = ""
    metric: str = ""
    kind: str = ""
    level: str = ""
    variant: str = ""
    period: str = ""
    target: str = ""
    """The target, where what is remembered of it differs, or how it is listed."""

    @property
    def where(self) -> tuple[str, ...]:
        """The place."""
        return (
            *(self.function, self.metric, self.kind, self.level),
            *(self.variant, self.period, self.target, self.attribute),
        )

    def described(self) -> dict[str, Any]:
        """Give it for JSON."""
        return asdict(self)
