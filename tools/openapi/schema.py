"""JSON Schemas, and how the ones of this API are spelled."""

from collections.abc import Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

UUID: Schema = {"type": "string", "format": "uuid"}
UUID7: Schema = {
    **UUID,
    "pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
}
TEXT: Schema = {"type": "string"}
NAME: Schema = {**TEXT, "minLength": 1}


def record(properties: Mapping[str, Schema], *optional: str) -> Schema:
    """Describe an object that has all of these properties, but for the optional, and no other."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def array(items: Schema) -> Schema:
    """Describe an array."""
    return {"type": "array", "items": items}


def texts(**limits: Any) -> Schema:  # noqa: ANN401 - JSON
    """Describe an object whose values are texts."""
    return {"type": "object", "additionalProperties": TEXT, **limits}


def ref(name: str) -> Schema:
    """Refer to one of the document's schemas."""
    return {"$ref": f"#/components/schemas/{name}"}
