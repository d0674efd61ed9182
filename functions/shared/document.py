"""JSON as TensorZero reads and writes it: strict syntax, 64-bit numbers, bounded depth."""

import json
import math
import re
from typing import Never, TypeAlias

from shared import structure
from shared.refusal import Refusal, excerpt

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_POSITIONAL = 5
"""The negative exponent that Python writes as one, and TensorZero as zeros."""
_INTEGERS = range(-(2**63), 2**64)
_INTEGER_DIGITS = len(str(-(2**63)))
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|(-?)(\d)(?:\.(\d+))?e-(\d+)')
"""A string, or a number with a negative exponent: sign, digit, decimals, exponent."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class MalformedBody(Refusal):
    """The body is not JSON, or cannot be decoded."""

    code = "malformed_body"


def parse(body: bytes) -> Json:
    """Read a JSON text; of a key given twice the last value counts.

    Integers beyond 64 bits become floats. Raises MalformedBody for whatever is not JSON in
    UTF-8: NaN and infinities, numbers beyond a float, lone surrogates, more levels than
    `shared.structure` allows. Raises BodyTooLarge for more values.
    """
    try:
        text = body.decode()
        structure.check(body)
        document: Json = _DECODER.decode(text)
        if b"\\u" in body and _SURROGATE.search(body):
            json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        _refuse(f"{error.msg} at line {error.lineno} column {error.colno}", error)
    except UnicodeDecodeError as error:
        _refuse(f"invalid UTF-8 at byte {error.start}", error)
    except UnicodeEncodeError as error:
        _refuse("a \\u escape that is half of a surrogate pair", error)
    except (OverflowError, RecursionError) as error:
        _refuse(str(error), error)
    return document


def dump(value: Json, *, sort_keys: bool = False) -> str:
    """Write compact JSON as TensorZero does: non-ASCII as it is, `1e-05` as 0.00001."""
    text = (_SORTED if sort_keys else _COMPACT).encode(value)
    return _TOKEN.sub(_respell, text) if "e-" in text else text


def found(value: Json) -> str:
    """Name a value's JSON type for a refusal, in TensorZero's words, cut to a sane length."""
    match value:
        case bool():
            name = f"boolean `{str(value).lower()}`"
        case int():
            name = f"integer `{value}`"
        case float():
            name = f"floating point `{value!r}`"
        case str():
            name = f"string {json.dumps(excerpt(value), ensure_ascii=False)}"
        case list():
            name = "sequence"
        case dict():
            name = "map"
        case _:
            name = "null"
    return name


def _refuse(reason: str, cause: Exception) -> Never:
    raise MalformedBody(
        f"Failed to parse the request body as JSON: {reason} (400 Bad Request)"
    ) from cause


def _respell(token: re.Match[str]) -> str:
    sign, digit, decimals, exponent = token.groups()
    if exponent is None:
        return token[0]
    if int(exponent) == _POSITIONAL:
        return f"{sign}0.{'0' * (_POSITIONAL - 1)}{digit}{decimals or ''}"
    return f"{sign}{digit}{f'.{decimals}' if decimals else ''}e-{int(exponent)}"


def _to_int(digits: str) -> int | float:
    if digits == "-0":  # the sign would be lost in an integer
        return -0.0
    if len(digits) <= _INTEGER_DIGITS and (number := int(digits)) in _INTEGERS:
        return number
    return _to_float(digits)


def _to_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise OverflowError("number out of range")
    return number


def _refuse_constant(name: str) -> Never:
    raise OverflowError(f"{name} is not a JSON number")


_DECODER = json.JSONDecoder(
    parse_float=_to_float, parse_int=_to_int, parse_constant=_refuse_constant
)
