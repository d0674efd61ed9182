"""Bounds the work that a JSON Schema may ask for, before any of it is done.

The work is counted along one path into a value: what the schema weighs itself, the schemas it
applies in place, and those it applies one level deeper. No value that is `depth` deep and has
`n` parts asks for more than `n` times that. Every count errs on the side of more.
"""

from feedback.demonstration.invalid import InvalidSchema
from feedback.demonstration.json_schema.plan import Path, Plan, Planner, State, Weight
from shared.document import Json

STEPS = 20_000
"""How many steps from one schema to another are looked at, at most."""
CEILING = 10_000_000
"""The work above which no path is counted further: no value is small enough for it."""

_UNEVALUATED = 4
"""How often, at most, a schema applied in place is tried to find what it has not evaluated."""


class Effort:
    """Counts the work that one schema document may ask for."""

    def __init__(self, document: Json, weigh: Weight) -> None:
        self._document = document
        self._planner = Planner(document, weigh)
        self._counted: dict[int, Path] = {}

    def path(self, depth: int) -> Path:
        """Bound the work along one path into a value of this depth.

        Raises InvalidSchema if it is beyond any bound: more than CEILING, more than STEPS to
        look at, a schema that applies itself to the same value, a reference that is not followed.
        """
        if depth not in self._counted:
            root = self._planner.state(self._document, depth)
            self._counted[depth] = _Count(self._planner).run(root)
        return self._counted[depth]


class _Count:
    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._done: dict[State, Path] = {}
        self._open: dict[State, Plan] = {}
        self._steps = 0

    def run(self, root: State) -> Path:
        """Visit each state after those it needs, without recursion: chains may be long."""
        stack = [root]
        while stack:
            state = stack[-1]
            if state in self._open:
                self._done[state] = self._sum(self._open.pop(state))
            elif state not in self._done:
                stack += self._enter(state)
                continue
            stack.pop()
        return self._done[root]

    def _enter(self, state: State) -> list[State]:
        plan = self._open[state] = self._planner.plan(state)
        needed = [need for group in plan.here + plan.below for need in group]
        self._steps += len(needed)
        if self._steps > STEPS:
            raise InvalidSchema("Failed to compile JSON Schema: it has too many parts")
        if any(need in self._open for need in needed):
            raise InvalidSchema(
                "Failed to compile JSON Schema: it applies itself to the same value, without end"
            )
        return [need for need in needed if need not in self._done]

    def _sum(self, plan: Plan) -> Path:
        here, below = self._dearest(plan.here), self._dearest(plan.below)
        times = _UNEVALUATED * here.work if plan.repeated else 1
        path = Path(
            plan.own.work + times * here.work + below.work,
            plan.own.keywords + times * here.keywords + below.keywords,
            plan.own.tries + max(here.tries, below.tries),
        )
        if path.work > CEILING:
            raise InvalidSchema("Failed to compile JSON Schema: it asks for too much work")
        return path

    def _dearest(self, groups: list[list[State]]) -> Path:
        work, keywords, tries = 0, 0, 1
        for paths in ([self._done[state] for state in group] for group in groups if group):
            work += max(path.work for path in paths)
            keywords += max(path.keywords for path in paths)
            tries = max(tries, *(path.tries for path in paths))
        return Path(work, keywords, tries)
