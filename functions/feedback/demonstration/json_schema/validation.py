"""JSON Schema, by the library that TensorZero uses: what in a value violates a schema.

Schemas come with data. They reach neither the network nor files, and what they may cost is
bounded: in compiling, in the patterns they match, in the schemas they apply.
"""

import json
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from feedback.demonstration.invalid import InvalidSchema
from feedback.demonstration.json_schema.effort import Effort
from feedback.demonstration.json_schema.pattern import BACKTRACKS, MAX_PROGRAM, weigh_patterns
from feedback.demonstration.json_schema.weight import WORD, measure, weigh
from shared.document import Json
from shared.refusal import excerpt

if TYPE_CHECKING:
    from jsonschema_rs import Validator

_FAILED = "Failed to compile JSON Schema"

MAX_TEXT = 256 * 1024
"""The longest schema, in characters."""
MAX_WORK = 25_000_000
"""Work times parts that a validation may ask for: it takes well under a second."""
MAX_EXPLANATION = 20_000
"""Keywords times parts up to which alternatives that all fail are explained one by one."""
_EXPLAINED = 2000
"""As many characters take as long to copy as one explanation does."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    validator: "Validator"
    effort: Effort
    explains: bool
    """Whether an error holds further errors: those of alternatives that all failed."""


def violation(schema: str, value: Json) -> str | None:
    """Say what in the value violates the schema first, in the library's words, or None.

    Only where that would be too long a story the words are ours. Raises InvalidSchema if the
    schema does not compile, or asks for too much work.
    """
    compiled = _compile(schema)
    size = measure(value)
    path = compiled.effort.path(size.depth)
    work = path.work * size.extent(WORD)
    if work > MAX_WORK:
        raise InvalidSchema(f"{_FAILED}: it asks for too much work on this value")
    if compiled.explains and (
        work * path.tries > MAX_WORK or path.keywords * size.extent(_EXPLAINED) > MAX_EXPLANATION
    ):
        return None if compiled.validator.is_valid(value) else "The value is not valid"
    return _first(compiled.validator, value)


@lru_cache(maxsize=128)
def _compile(text: str) -> _Compiled:
    import jsonschema_rs  # noqa: PLC0415  # only feedback that needs a schema pays for it

    if len(text) > MAX_TEXT:
        raise InvalidSchema(f"{_FAILED}: it is longer than {MAX_TEXT} characters")
    try:
        document: Json = json.loads(text)
        patterns = weigh_patterns(document)
        validator = jsonschema_rs.validator_for(
            text,
            offline=True,
            pattern_options=jsonschema_rs.FancyRegexOptions(
                size_limit=MAX_PROGRAM, backtrack_limit=BACKTRACKS
            ),
        )
    except jsonschema_rs.ValidationError as error:
        raise InvalidSchema(f"{_FAILED}: {excerpt(error.message)}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidSchema(f"{_FAILED}: {excerpt(str(error))}") from error
    written = json.dumps(document)
    explains = any(word in written for word in ('"anyOf"', '"oneOf"', "//json-schema.org/"))
    return _Compiled(validator, Effort(document, partial(weigh, patterns)), explains)


def _first(validator: "Validator", value: Json) -> str | None:
    import jsonschema_rs  # noqa: PLC0415  # loaded already, or there were no validator

    kinds = jsonschema_rs.ValidationErrorKind
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        if isinstance(error.kind, (kinds.BacktrackLimitExceeded, kinds.RegexEngineFailure)):
            raise InvalidSchema(
                f"{_FAILED}: a pattern asks for too much work on this value"
            ) from error
        return error.message
    return None
