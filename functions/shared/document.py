"""JSON as TensorZero reads and writes it: strict syntax, 64-bit numbers, bounded depth."""

import json
import math
import re
from http import HTTPStatus
from typing import Never, TypeAlias

from shared.refusal import Refusal, excerpt

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 127
"""How deeply arrays and objects may nest."""
MAX_VALUES = 250_000
"""How many values a document may have: of small ones, each takes up to 240 bytes of memory."""

_POSITIONAL = 5
"""The negative exponent that Python writes as one, and TensorZero as zeros."""
_INTEGERS = range(-(2**63), 2**64)
_INTEGER_DIGITS = len(str(-(2**63)))
_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*+"?+|[\[\]{},]', re.DOTALL)
"""A string, whole or cut, or what separates and nests values; possessive: it never backtracks."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|(-?)(\d)(?:\.(\d+))?e-(\d+)')
"""A string, or a number with a negative exponent: sign, digit, decimals, exponent."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class MalformedBody(Refusal):
    """The body is not JSON, or cannot be decoded."""

    code = "malformed_body"


class BodyTooLarge(Refusal):
    """A body that cannot be an item, or would take too much memory."""

    code = "body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def parse(body: bytes) -> Json:
    """Read a JSON text; of a key given twice the last value counts.

    Integers beyond 64 bits become floats. Raises MalformedBody for whatever is not JSON in
    UTF-8: NaN and infinities, numbers beyond a float, lone surrogates, more than MAX_DEPTH
    levels. Raises BodyTooLarge for more than MAX_VALUES values.
    """
    try:
        text = body.decode()
        _check_structure(body)
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
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys)
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


def _check_structure(body: bytes) -> None:
    """Count values and depth: roughly first, since few bodies come near a limit."""
    containers = body.count(b"[") + body.count(b"{")
    if containers <= MAX_DEPTH and containers + body.count(b",") < MAX_VALUES:
        return
    depth = values = strings = 0
    for token in _STRUCTURE.finditer(body):
        match token[0][:1]:
            case b'"':
                strings += 1
            case b",":
                values += 1
            case b"[" | b"{":
                depth, values = depth + 1, values + 1
            case _:
                depth -= 1
        if depth > MAX_DEPTH:
            raise RecursionError(f"recursion limit exceeded: more than {MAX_DEPTH} levels")
        if values >= MAX_VALUES or strings > 2 * MAX_VALUES:  # keys are strings too
            raise BodyTooLarge(f"The request body has too many values: more than {MAX_VALUES}")


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
