"""Which schemas a JSON Schema applies to the same value, and which to its children."""

from collections.abc import Iterable

from shared.document import Json

_ONE = ("not", "if", "then", "else")
_MANY = ("allOf", "anyOf", "oneOf")
_NAMED = ("dependentSchemas", "dependencies")
_DEEPER = ("unevaluatedProperties", "unevaluatedItems", "contains")


def in_place(schema: dict[str, Json]) -> list[list[Json]]:
    """List what is applied to the value itself; references are not followed."""
    return (
        [_own(schema, key) for key in _ONE]
        + [[one] for key in _MANY for one in _values(schema.get(key))]
        + [[one] for key in _NAMED for one in _values(schema.get(key))]
    )


def deeper(schema: dict[str, Json]) -> list[list[Json]]:
    """Group what is applied to a child: of a group, only one is."""
    by_name = [*_values(schema.get("properties")), *_own(schema, "additionalProperties")]
    by_place = [*_values(schema.get("prefixItems")), *_own(schema, "additionalItems")]
    items = schema.get("items")
    by_place += items if isinstance(items, list) else _own(schema, "items")
    return (
        [by_name, by_place]
        + [[one] for one in _values(schema.get("patternProperties"))]
        + [_own(schema, key) for key in _DEEPER]
    )


def _values(container: Json) -> Iterable[Json]:
    if isinstance(container, dict):
        return container.values()
    return container if isinstance(container, list) else []


def _own(schema: dict[str, Json], key: str) -> list[Json]:
    return [schema[key]] if key in schema else []
