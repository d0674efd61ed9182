"""What a value and a schema's own keywords weigh: the units that work is bounded in."""

from collections.abc import Mapping
from typing import NamedTuple

from feedback.demonstration.json_schema.pattern import patterns_of
from shared.document import Json

WORD = 16
"""As many characters keep a keyword busy as long as one part."""
_SLOW = {"multipleOf": 50, "format": 20, "contentEncoding": 20, "contentMediaType": 20}
_LISTED = {"enum": 10, "const": 10, "required": 1, "dependentRequired": 1, "dependencies": 1}
"""What weighs by the parts it lists, and how much."""


class Measure(NamedTuple):
    """How large a value is."""

    parts: int
    """Values and keys."""
    characters: int
    depth: int

    def extent(self, characters: int) -> int:
        """Count parts, and as one more each so many characters."""
        return self.parts + self.characters // characters


def measure(value: Json) -> Measure:
    """Count a value's parts and characters, and how deeply it nests."""
    if isinstance(value, str):
        return Measure(1, len(value), 0)
    if not isinstance(value, (dict, list)):
        return Measure(1, 0, 0)
    children = value.values() if isinstance(value, dict) else value
    parts, characters, depth = 1, 0, 0
    for child in children:
        inner = measure(child)
        parts += inner.parts
        characters += inner.characters
        depth = max(depth, inner.depth + 1)
    if isinstance(value, dict):
        parts += len(value)
        characters += sum(map(len, value))
    return Measure(parts, characters, depth)


def weigh(patterns: Mapping[str, int], schema: dict[str, Json]) -> int:
    """Weigh a schema's own keywords, given what its patterns weigh."""
    properties = schema.get("properties")
    return (
        1
        + len(schema)
        + (len(properties) if isinstance(properties, dict) else 0)
        + sum(_SLOW.get(key, 0) for key in schema)
        + sum(patterns[each] for each in patterns_of(schema))
        + sum(
            times * measure(schema[key]).extent(WORD)
            for key, times in _LISTED.items()
            if key in schema
        )
    )
