"""Roles: as what a target's feedback counts, which its recorded inferences decide."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from aggregates import periods
from aggregates.counters import LATEST, WHOLE, Point
from aggregates.inference import Inference
from aggregates.periods import Minute, Window


class Role(NamedTuple):
    """A target as an inference of a function, or as an episode that has some."""

    function: str
    level: str
    """`inference` or `episode`."""
    inferences: int
    """How many inferences of the function there are: 1, or all those of the episode."""
    moments: tuple[tuple[str, tuple[Minute, ...]], ...]
    """By variant, in order, in which minutes it has inferences."""

    @property
    def variant(self) -> str | None:
        """The variant that feedback counts for; None if there are several."""
        return self.moments[0][0] if len(self.moments) == 1 else None


Roles: TypeAlias = tuple[Role, ...]
"""In the order of their functions."""


def roles(inference: Inference | None, episode: Iterable[Inference]) -> Roles:
    """Return the roles of a target: the inference that it is, and those that are in it."""
    found = []
    if inference is not None:
        moments = ((inference.variant, (periods.minute(inference.id),)),)
        found.append(Role(inference.function, "inference", 1, moments))
    functions: dict[str, list[Inference]] = {}
    for recorded in episode:
        functions.setdefault(recorded.function, []).append(recorded)
    found.extend(_in_episode(function, functions[function]) for function in sorted(functions))
    return tuple(found)


def points(role: Role) -> Iterator[Point]:
    """Yield where the latest feedback counts: once in each period, at its first inference."""
    for variant, moments in role.moments:
        for window in Window:
            group = WHOLE.get(window, LATEST)
            seen = set()
            for moment in moments:
                begin = periods.start(window, moment)
                if begin not in seen:
                    seen.add(begin)
                    yield Point(variant, group, window, moment)


def as_older(of: Roles) -> Roles:
    """Return what decides how older feedback counts: which variants there are, and not when.

    Of several, for none of which it counts, all stay: so the roles never become again what they
    were, and whoever has read earlier ones is always overtaken by whoever has read later ones.
    """
    return tuple(
        role._replace(inferences=0, moments=tuple((variant, ()) for variant, _ in role.moments))
        for role in of
    )


def spell(of: Roles) -> str:
    """Spell roles as text."""
    return json.dumps(of, separators=(",", ":"), ensure_ascii=False)


def read(text: str) -> Roles:
    """Read roles that are spelled so."""
    return tuple(
        Role(
            function,
            level,
            inferences,
            tuple((variant, tuple(minutes)) for variant, minutes in moments),
        )
        for function, level, inferences, moments in json.loads(text)
    )


def _in_episode(function: str, inferences: list[Inference]) -> Role:
    moments: dict[str, set[Minute]] = {}
    for recorded in inferences:
        moments.setdefault(recorded.variant, set()).add(periods.minute(recorded.id))
    ordered = tuple((variant, tuple(sorted(moments[variant]))) for variant in sorted(moments))
    return Role(function, "episode", len(inferences), ordered)
