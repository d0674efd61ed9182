"""JSON Schema by TensorZero's library, in the child process: a schema may take any time and memory.

References are never fetched.
"""

import json
from functools import lru_cache

import jsonschema_rs

from feedback.demonstration.json_schema.message import pack, unpack
from shared.refusal import excerpt

_GIVEN_UP = (
    jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded,
    jsonschema_rs.ValidationErrorKind.RegexEngineFailure,
)
"""The library reports these when it cannot decide whether a pattern matches."""


def answer(question: bytes) -> bytes:
    """Check a value against a schema; the question is both of them as JSON texts, packed.

    The answer is packed too: nothing if the value fits; the message, the JSON pointer and the
    violated keyword of the first violation; or alone the reason why the schema cannot be used.
    """
    schema, value = unpack(question)
    try:
        validator = _compile(schema)
    except jsonschema_rs.ValidationError as error:
        return pack(excerpt(error.message))
    except ValueError as error:
        return pack(excerpt(str(error)))
    try:
        validator.validate(json.loads(value))
    except jsonschema_rs.ValidationError as error:
        if isinstance(error.kind, _GIVEN_UP):
            return pack("a pattern asks for too much work on this value")
        pointer, expected = _pointer(error.instance_path), _keyword(schema, error.schema_path)
        return pack(excerpt(error.message), excerpt(pointer), excerpt(expected))
    return b""


@lru_cache(maxsize=128)
def _compile(schema: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema, offline=True)


def _keyword(schema: str, path: list[str | int]) -> str:
    """Write the keyword at the end of a path and its value; without it, where a $ref intervenes."""
    node = json.loads(schema)
    for step in path:
        inside = step in node if isinstance(node, dict) else isinstance(node, list)
        if not inside:
            return json.dumps(path[-1])
        node = node[step]
    return f"{json.dumps(path[-1])}: {json.dumps(node, ensure_ascii=False)}" if path else "false"


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
