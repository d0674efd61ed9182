"""Demonstrations of JSON functions: any value that fits the inference's output schema."""

import json

from feedback.demonstration.invalid import InvalidDemonstration
from feedback.demonstration.json_schema.check import Check
from feedback.demonstration.library import JsonFunction
from feedback.model import Record
from shared.document import Json, dump
from shared.refusal import excerpt
from shared.reserved import JUDGE

THINKING: dict[str, Json] = {
    "thinking": {
        "type": "string",
        "description": "The reasoning or thought process behind the judgment",
    }
}
SCORES: tuple[dict[str, Json], ...] = (
    {"score": {"type": "number", "description": "The score assigned as a number"}},
    {"score": {"type": "boolean", "description": "The LLM judge's score as a boolean"}},
)


def parse(
    value: Json, function: JsonFunction, record: Record, check: Check, *, debug: bool
) -> dict[str, Json]:
    """Return the value as TensorZero stores it. Raises InvalidDemonstration, InvalidSchema.

    The schema is the one recorded with the inference, or the function's if none was.
    """
    schema = record.output_schema or function.output_schema
    if record.function_name.startswith(JUDGE):
        schema = _without_thinking(schema)
    text = dump(value)
    violation = check(schema, text)
    if violation is not None:
        data = f"\n\nData:\n{excerpt(text)}" if debug else ""
        refusal = InvalidDemonstration(
            "Demonstration does not fit function output schema: JSON Schema validation failed:\n"
            f"{violation.message}{data}\n\nSchema:\n{excerpt(schema)}"
        )
        raise refusal.at(violation.pointer, violation.expected, value)
    return {"raw": text, "parsed": value}


def _without_thinking(schema: str) -> str:
    """Drop `thinking` from a judge's schema, if it is one of the schemas that judges have had."""
    document = json.loads(schema)
    for score in SCORES:
        if document == _judge({**THINKING, **score}):
            return dump(_judge(score))
    return schema


def _judge(properties: dict[str, Json]) -> dict[str, Json]:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
