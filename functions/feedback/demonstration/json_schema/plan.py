"""What a schema applies at a depth: its own weight, and which schemas it goes on to."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from feedback.demonstration.invalid import InvalidSchema
from feedback.demonstration.json_schema.applicators import deeper, in_place
from feedback.demonstration.json_schema.references import References
from shared.document import Json
from shared.refusal import excerpt

Weight: TypeAlias = Callable[[dict[str, Json]], int]

_META = 1000
"""More than a meta-schema applies to one level of a value."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_REPEATED = ("unevaluatedProperties", "unevaluatedItems")
_ALTERNATIVES = ("anyOf", "oneOf")


class Path(NamedTuple):
    """What one path into a value asks for, at most."""

    work: int
    """The weight of all schemas applied, to say whether the value fits."""
    keywords: int
    """How many keywords they have."""
    tries: int
    """How many times the work it takes to say why not: failed alternatives are tried again."""


class State(NamedTuple):
    """A schema, to be applied to what is at most `depth` deep."""

    schema: int
    depth: int


class Plan(NamedTuple):
    """What the path of a state is made of: of each group, the dearest."""

    own: Path
    here: list[list[State]]
    below: list[list[State]]
    repeated: bool


class Planner:
    """Plans the states of one schema document."""

    def __init__(self, document: Json, weigh: Weight) -> None:
        self._references = References(document)
        self._weigh = weigh
        self._schemas: dict[int, Json] = {}
        self._weights: dict[int, int] = {}

    def state(self, schema: Json, depth: int) -> State:
        """Make the state of applying this schema, a part of the document."""
        self._schemas[id(schema)] = schema
        return State(id(schema), depth)

    def plan(self, state: State) -> Plan:
        """List what the state needs. Raises InvalidSchema for a reference it cannot follow."""
        schema, depth = self._schemas[state.schema], state.depth
        if not isinstance(schema, dict):
            return Plan(Path(1, 1, 0), [], [], repeated=False)
        references = [schema[key] for key in _REFERENCES if key in schema]
        targets = [self._targets(each) for each in references if isinstance(each, str)]
        meta = 0 if all(targets) else depth + 1
        here = [self._states(group, depth) for group in in_place(schema) + targets]
        below: list[list[State]] = []
        if depth:
            below = [self._states(group, depth - 1) for group in deeper(schema)]
            if "propertyNames" in schema:
                below.append([self.state(schema["propertyNames"], 0)])
        if state.schema not in self._weights:
            self._weights[state.schema] = self._weigh(schema)
        own = Path(
            self._weights[state.schema] + len(references) * _META * meta,
            1 + len(schema) + len(references) * _META * meta,
            meta + (not schema.keys().isdisjoint(_ALTERNATIVES)),
        )
        return Plan(own, here, below, repeated=not schema.keys().isdisjoint(_REPEATED))

    def _states(self, schemas: list[Json], depth: int) -> list[State]:
        return [self.state(schema, depth) for schema in schemas]

    def _targets(self, reference: str) -> list[Json]:
        targets = self._references.targets(reference)
        meta = reference.startswith(("http://json-schema.org/", "https://json-schema.org/"))
        if meta == bool(targets) or (meta and self._references.dynamic):
            raise InvalidSchema(
                f"Failed to compile JSON Schema: cannot follow {excerpt(reference)!r}"
            )
        return targets
