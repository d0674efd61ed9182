"""The structure of a JSON text before it is read: how many values, and how deeply they nest."""

import re
from http import HTTPStatus

from shared.refusal import Refusal

MAX_DEPTH = 127
"""How deeply arrays and objects may nest."""
MAX_VALUES = 250_000
"""How many values a document may have: of small ones, each takes up to 240 bytes of memory."""

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+'
"""A string, whole or cut; possessive: it never backtracks."""
_STRUCTURE = re.compile(_STRING + rb"|[\[\]{},]", re.DOTALL)
"""A string, or what separates and nests values."""
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+([\[\]{}]?)", re.DOTALL)
"""All that does not nest values, and what then does, or nothing at the end."""
_STEPS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1, b"": 0}


class BodyTooLarge(Refusal):
    """A body that cannot be an item, or would take too much memory."""

    code = "body_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def check(body: bytes) -> None:
    """Count values and depth: roughly first, since few bodies come near a limit.

    Raises BodyTooLarge for more than MAX_VALUES values, RecursionError for more than MAX_DEPTH
    levels. A text that is no JSON may pass.
    """
    containers = body.count(b"[") + body.count(b"{")
    if containers + body.count(b",") >= MAX_VALUES:
        _check_values(body)
    elif containers > MAX_DEPTH:
        depth = 0
        for bracket in _BRACKET.finditer(body):
            depth += _STEPS[bracket[1]]
            if depth > MAX_DEPTH:
                raise _too_deep()


def _check_values(body: bytes) -> None:
    """Count values, and depth on the way."""
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
            raise _too_deep()
        if values >= MAX_VALUES or strings > 2 * MAX_VALUES:  # keys are strings too
            raise BodyTooLarge(f"The request body has too many values: more than {MAX_VALUES}")


def _too_deep() -> RecursionError:
    return RecursionError(f"recursion limit exceeded: more than {MAX_DEPTH} levels")
