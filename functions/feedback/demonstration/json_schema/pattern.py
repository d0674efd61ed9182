"""Weighs the regular expressions of a schema, by the size of the programs they compile to."""

import json

from feedback.demonstration.invalid import InvalidSchema
from feedback.demonstration.json_schema.references import objects
from shared.document import Json

MAX_PATTERNS = 200
"""How many different patterns a schema may have."""
MAX_PROGRAMS = 8 * 1024 * 1024
"""How large they may be together, in bytes: half a second to compile."""
MAX_PROGRAM = 512 * 1024
"""How large one may be."""
BACKTRACKS = 2000
"""How often a pattern that looks around may go back, in one string."""

_SIZES = (2048, 8192, 32_768, 131_072, MAX_PROGRAM)
_BYTES = 4
"""So many bytes of a program weigh as much as one part: 0.3 ns a byte, for each character."""
_LOOKS_AROUND = 8192
"""How large a pattern that looks around may be: it is run again from each place."""
_LONG = 500
"""How long it may be, in characters."""
_BACKTRACKING = 40_000
"""What it weighs: a third of a second for 10,000 characters."""
_UNKNOWN = 1_000_000_000
"""What weighs more than any bound, if ever it is applied: what does not compile as allowed."""


def patterns_of(schema: dict[str, Json]) -> list[str]:
    """List the regular expressions of a schema object, or of what looks like one."""
    pattern, named = schema.get("pattern"), schema.get("patternProperties")
    return ([pattern] if isinstance(pattern, str) else []) + (
        list(named) if isinstance(named, dict) else []
    )


def weigh_patterns(document: Json) -> dict[str, int]:
    """Give each regular expression in the document its weight.

    Raises InvalidSchema if they are too many or too large, ValueError if one is no text.
    """
    found = {pattern for node in objects(document) for pattern in patterns_of(node)}
    if len(found) > MAX_PATTERNS:
        raise InvalidSchema(
            f"Failed to compile JSON Schema: it has more than {MAX_PATTERNS} patterns"
        )
    sizes: dict[str, int | None] = {}
    for pattern in found:
        sizes[pattern] = next((size for size in _SIZES if _compiles(pattern, size)), None)
        if sum(size or MAX_PROGRAM for size in sizes.values()) > MAX_PROGRAMS:
            raise InvalidSchema("Failed to compile JSON Schema: its patterns are too large")
    return {
        pattern: size // _BYTES if size else _weigh_backtracking(pattern)
        for pattern, size in sizes.items()
    }


def _weigh_backtracking(pattern: str) -> int:
    fits = len(pattern) <= _LONG and _compiles(pattern, _LOOKS_AROUND, backtracks=True)
    return _BACKTRACKING if fits else _UNKNOWN


def _compiles(pattern: str, size: int, *, backtracks: bool = False) -> bool:
    import jsonschema_rs  # noqa: PLC0415  # only feedback that needs a schema pays for it

    options = (
        jsonschema_rs.FancyRegexOptions(size_limit=size)
        if backtracks
        else jsonschema_rs.RegexOptions(size_limit=size)
    )
    try:
        jsonschema_rs.validator_for(
            json.dumps({"pattern": pattern}), offline=True, pattern_options=options
        )
    except jsonschema_rs.ValidationError:
        return False
    return True
