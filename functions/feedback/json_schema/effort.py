"""Bounds the work that a JSON Schema may ask for, before any of it is done.

`work(schema, depth)` counts along one path into a value: what the schema weighs itself, the
schemas it applies in place, and those it applies one level deeper. No value that is `depth`
deep and has `n` parts asks for more than `n` times that. Every count errs on the side of more.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from feedback.json_schema.applicators import deeper, in_place
from feedback.json_schema.references import References
from runtime.document import Json
from runtime.errors import InvalidSchema, excerpt

Weight: TypeAlias = Callable[[dict[str, Json]], int]

STATES = 20_000
"""How many pairs of a schema and a depth are looked at, at most."""
CEILING = 10_000_000
"""The work above which no path is counted further: no value is small enough for it."""

_META = 1000
"""More than a meta-schema applies to one level of a value."""
_UNEVALUATED = 4
"""How often, at most, a schema applied in place is tried to find what it has not evaluated."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_REPEATED = ("unevaluatedProperties", "unevaluatedItems")


class _State(NamedTuple):
    """A schema, to be applied to what is at most `depth` deep."""

    schema: int
    depth: int


class _Plan(NamedTuple):
    """What the work of a state is made of: of each group, the dearest."""

    own: int
    here: list[list[_State]]
    below: list[list[_State]]
    factor: int


class Effort:
    """Counts the work that one schema document may ask for."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._references = References(document)
        self._counted: dict[tuple[Weight, int], int] = {}

    def work(self, depth: int, weight: Weight) -> int:
        """Bound the work along one path into a value of this depth.

        Raises InvalidSchema if it is beyond any bound: more than CEILING, more than STATES to
        look at, a schema that applies itself to the same value, a reference that is not followed.
        """
        if (weight, depth) not in self._counted:
            count = _Count(self._references, weight)
            self._counted[weight, depth] = count.run(self._document, depth)
        return self._counted[weight, depth]


class _Count:
    def __init__(self, references: References, weight: Weight) -> None:
        self._references = references
        self._weight = weight
        self._schemas: dict[int, Json] = {}
        self._done: dict[_State, int] = {}
        self._open: dict[_State, _Plan] = {}

    def run(self, document: Json, depth: int) -> int:
        """Visit each state after those it needs, without recursion: chains may be long."""
        root = self._state(document, depth)
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

    def _state(self, schema: Json, depth: int) -> _State:
        self._schemas[id(schema)] = schema
        return _State(id(schema), depth)

    def _enter(self, state: _State) -> list[_State]:
        if len(self._done) + len(self._open) >= STATES:
            raise InvalidSchema("Failed to compile JSON Schema: it has too many parts")
        plan = self._open[state] = self._plan(self._schemas[state.schema], state.depth)
        needed = [need for group in plan.here + plan.below for need in group]
        if any(need in self._open for need in needed):
            raise InvalidSchema(
                "Failed to compile JSON Schema: it applies itself to the same value, without end"
            )
        return [need for need in needed if need not in self._done]

    def _sum(self, plan: _Plan) -> int:
        here = self._dearest(plan.here)
        if plan.factor > 1:
            here *= plan.factor * here
        total = plan.own + here + self._dearest(plan.below)
        if total > CEILING:
            raise InvalidSchema("Failed to compile JSON Schema: it asks for too much work")
        return total

    def _dearest(self, groups: Iterable[list[_State]]) -> int:
        return sum(max((self._done[state] for state in group), default=0) for group in groups)

    def _plan(self, schema: Json, depth: int) -> _Plan:
        if not isinstance(schema, dict):
            return _Plan(1, [], [], 1)
        own, places = self._weight(schema), in_place(schema)
        for reference in (schema.get(key) for key in _REFERENCES):
            if isinstance(reference, str):
                targets = self._targets(reference)
                own += 0 if targets else _META * (depth + 1)
                places.append(targets)
        factor = 1 if schema.keys().isdisjoint(_REPEATED) else _UNEVALUATED
        here = [[self._state(target, depth) for target in group] for group in places]
        below: list[list[_State]] = []
        if depth:
            below = [[self._state(child, depth - 1) for child in one] for one in deeper(schema)]
            if "propertyNames" in schema:
                below.append([self._state(schema["propertyNames"], 0)])
        return _Plan(own, here, below, factor)

    def _targets(self, reference: str) -> list[Json]:
        targets = self._references.targets(reference)
        meta = reference.startswith(("http://json-schema.org/", "https://json-schema.org/"))
        if meta == bool(targets) or (meta and self._references.dynamic):
            raise InvalidSchema(
                f"Failed to compile JSON Schema: cannot follow {excerpt(reference)!r}"
            )
        return targets
