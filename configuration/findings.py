"""What is found wrong with a configuration while it is read."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Findings:
    """Problems, for which the configuration is refused, and warnings, with which it is used."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
