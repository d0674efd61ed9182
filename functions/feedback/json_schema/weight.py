"""What a value and a schema's own keywords weigh: the units that work is bounded in."""

from typing import NamedTuple

from runtime.document import Json

WORD = 16
"""As many characters keep a keyword busy as long as one part."""
_LINEAR, _BACKTRACKING = 520, 40_000
"""What a pattern weighs at most, at _PROGRAM bytes and at BACKTRACKS."""
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


def patterns(schema: dict[str, Json]) -> list[str]:
    """List the regular expressions of a schema object, or of what looks like one."""
    pattern, named = schema.get("pattern"), schema.get("patternProperties")
    return ([pattern] if isinstance(pattern, str) else []) + (
        list(named) if isinstance(named, dict) else []
    )


def keywords(schema: dict[str, Json]) -> int:
    """Count the keywords."""
    return 1 + len(schema)


def weigh_linear(schema: dict[str, Json]) -> int:
    """Weigh the keywords, where each pattern is matched in one pass."""
    return _weigh(schema) + sum(
        _LINEAR if "{" in pattern else min(_LINEAR, 8 + len(pattern))
        for pattern in patterns(schema)
    )


def weigh_backtracking(schema: dict[str, Json]) -> int:
    """Weigh the keywords, where a pattern may go back up to the limit."""
    return _weigh(schema) + _BACKTRACKING * len(patterns(schema))


def _weigh(schema: dict[str, Json]) -> int:
    properties = schema.get("properties")
    return (
        keywords(schema)
        + (len(properties) if isinstance(properties, dict) else 0)
        + sum(_SLOW.get(key, 0) for key in schema)
        + sum(
            times * measure(schema[key]).extent(WORD)
            for key, times in _LISTED.items()
            if key in schema
        )
    )
