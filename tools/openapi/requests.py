"""The schemas of request bodies: out of the tables, the models and the limits of the code."""

from collections.abc import Iterator
from typing import Any, get_args

from batch.request import ELEMENT_FIELDS
from feedback import idempotency_key, tags
from feedback.request import FIELDS, FeedbackRequest
from inferences.request import InferenceRequest, Uuid7
from reads.label_query import FIELDS as LABEL_FIELDS
from reads.listing.request import FIELDS as LISTING_FIELDS
from reads.listing.request import SOURCES
from reads.parameters import LARGEST_INTEGER
from shared.elements import MAX_ELEMENTS
from tools.openapi import prose
from tools.openapi.fields import to_object
from tools.openapi.schema import TEXT, UUID7, Schema, array, ref

_REQUIRED = FIELDS.keys() - FeedbackRequest._field_defaults
_LIMITS: dict[str, Schema] = {
    "tags": {
        "maxProperties": tags.MAX_TAGS,
        "propertyNames": {"minLength": 1, "maxLength": tags.MAX_NAME},
        "additionalProperties": {**TEXT, "maxLength": tags.MAX_VALUE},
    },
    "idempotency_key": {"pattern": f"^[ -~]{{1,{idempotency_key.MAX_LENGTH}}}$"},
}
_MEANINGS = {
    **prose.FEEDBACK_FIELDS,
    "idempotency_key": "what the header `Idempotency-Key` is to a single request",
}
IDEMPOTENCY_KEY: Schema = {
    **TEXT,
    "pattern": (
        rf'^("([ !#-\[\]-~]|\\["\\]){{1,{idempotency_key.MAX_LENGTH}}}"'
        rf"|[!#-+\--~]{{1,{idempotency_key.MAX_LENGTH}}})$"
    ),
}
"""The header: a quoted string, or bare."""
_NEEDS_PARAMETERS: Schema = {
    "anyOf": [
        {"properties": {"type": {"const": "openai_custom"}}, "required": ["type"]},
        {"properties": {"parameters": {"not": {"type": "null"}}}, "required": ["parameters"]},
    ]
}
"""What the model says of a tool in a function, which has no schema."""


def schemas() -> dict[str, Schema]:
    """Return the schemas of all bodies, by name."""
    feedback = to_object(FIELDS, _REQUIRED, _MEANINGS, _LIMITS)
    element = to_object(ELEMENT_FIELDS, _REQUIRED, _MEANINGS, _LIMITS)
    return {
        "Feedback": feedback,
        "FeedbackElement": element,
        "FeedbackBatch": {**array(ref("FeedbackElement")), "maxItems": MAX_ELEMENTS},
        **dict(_inference()),
        "InferenceBatch": {**array(ref("Inference")), "maxItems": MAX_ELEMENTS},
        "LabelQuery": _open(to_object(LABEL_FIELDS, LABEL_FIELDS, {}, {})),
        "InferenceQuery": _listing(),
    }


def _listing() -> Schema:
    """Describe what inferences are asked for."""
    number = {"type": ["integer", "null"], "minimum": 0, "maximum": LARGEST_INTEGER}
    words = {**TEXT, "enum": list(SOURCES), "default": "inference"}
    limits: dict[str, Schema] = {"limit": number, "offset": number, "output_source": words}
    return _open(to_object(LISTING_FIELDS, (), prose.LISTING_FIELDS, limits))


def _open(described: Schema) -> Schema:
    """Let an object have other fields: they are ignored."""
    return {**described, "additionalProperties": True}


def _inference() -> Iterator[tuple[str, Schema]]:
    """Yield the model's schema, and those that it refers to."""
    whole: Schema = InferenceRequest.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, info in InferenceRequest.model_fields.items():
        said = whole["properties"][name]
        if info.metadata == [*get_args(Uuid7)[1:]]:
            said |= UUID7
        if prose.INFERENCE_FIELDS[name]:
            said["description"] = prose.INFERENCE_FIELDS[name]
    inner = whole.pop("$defs")
    inner["Tool"] |= _NEEDS_PARAMETERS
    for name, schema in {"Inference": whole, **inner}.items():
        yield name, _untitled(schema)


def _untitled(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Leave out the titles, which say a name again, and null where it is what absence means."""
    if isinstance(schema, list):
        return [_untitled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _untitled(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str)) and (name, value) != ("default", None)
    }
