"""The schemas of requests that the code has a table of fields for: found by what a field takes."""

from collections.abc import Collection, Mapping

from shared.document import Json
from shared.fields import Field, InvalidField
from tools.openapi.schema import UUID, Schema, record, texts

_SAMPLES: dict[str, Json] = {
    "null": None,
    "boolean": True,
    "number": 0.5,
    "array": [],
    "object": {},
}
_ID = "0192c4a0-7e00-7000-8000-000000000001"


def to_object(
    table: Mapping[str, Field],
    required: Collection[str],
    meanings: Mapping[str, str],
    limits: Mapping[str, Schema],
) -> Schema:
    """Describe an object with the fields of a table; `limits` say more of a field's values."""
    properties = {
        name: {
            **_described(field),
            **limits.get(name, {}),
            **({"description": meanings[name]} if meanings.get(name) else {}),
        }
        for name, field in table.items()
    }
    return record(properties, *(table.keys() - required))


def _described(field: Field) -> Schema:
    """Try a field: it takes a value of some types of JSON, and of texts perhaps only ids."""
    taken = [name for name, sample in _SAMPLES.items() if _takes(field, sample)]
    any_text = _takes(field, "text")
    if any_text or _takes(field, _ID):
        taken.append("string")
    if len(taken) > len(_SAMPLES):
        return {}
    if not taken:  # some words
        return {"type": "string"}
    details: Schema = {}
    if "string" in taken and not any_text:
        details |= UUID
    if "object" in taken and _takes(field, {"name": "text"}) and not _takes(field, {"name": 1}):
        details |= texts()
    return {**details, "type": taken if len(taken) > 1 else taken[0]}


def _takes(field: Field, value: Json) -> bool:
    try:
        field("field", value)
    except InvalidField:
        return False
    return True
