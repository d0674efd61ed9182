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

    The answer is packed too: nothing if the value fits, the message and the JSON pointer of the
    first violation, or alone the reason why the schema cannot be used.
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
        return pack(excerpt(error.message), excerpt(_pointer(error.instance_path)))
    return b""


@lru_cache(maxsize=128)
def _compile(schema: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema, offline=True)


def _pointer(path: list[str | int]) -> str:
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
