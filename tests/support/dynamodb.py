"""DynamoDB as the SDK's own model describes it: its operations, and values of any of its shapes."""

from functools import cache
from typing import Any

import botocore.session
from hypothesis import strategies as st

OPERATIONS = (
    "BatchGetItem",
    "BatchWriteItem",
    "GetItem",
    "PutItem",
    "Query",
    "TransactWriteItems",
)
"""What is called here."""
DEEPEST = 9
"""How many shapes lie within one another, before lists and maps are left empty."""


@cache
def operation(name: str) -> Any:
    """Give an operation's model."""
    return _service().operation_model(name)


@cache
def error(code: str) -> Any:
    """Give the shape of an error's body."""
    return _service().shape_for_error_code(code)


@cache
def _service() -> Any:
    return botocore.session.get_session().get_service_model("dynamodb")


def parameters(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Make parameters of an operation that the SDK would send as they are; no bytes among them."""
    return _value(operation(name).input_shape, 0, odd=False)


def answers(shape: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Make an answer's JSON, nulls and members that are not in the model among it."""
    return _value(shape, 0, odd=True)


_TEXTS = st.text(max_size=20)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "integer": st.integers(),
    "long": st.integers(),
    "double": st.floats(allow_nan=False, allow_infinity=False),
}
_BLOBS = st.sampled_from(["", "AA==", "/+8="])


def _value(shape: Any, depth: int, *, odd: bool) -> st.SearchStrategy[Any]:
    match shape.type_name:
        case "structure":
            return _structure(shape, depth, odd=odd)
        case "list":
            return _list(shape, depth, odd=odd)
        case "map":
            return _map(shape, depth, odd=odd)
        case "blob":
            return _BLOBS if odd else st.nothing()
    return _SCALARS.get(shape.type_name, _TEXTS)


def _list(shape: Any, depth: int, *, odd: bool) -> st.SearchStrategy[list[Any]]:
    entries = _entries(shape.member, depth, odd=odd)
    if entries.is_empty:
        return st.nothing() if depth <= DEEPEST else st.just([])
    return st.lists(st.none() | entries if odd else entries, max_size=2)


def _map(shape: Any, depth: int, *, odd: bool) -> st.SearchStrategy[dict[str, Any]]:
    entries = _entries(shape.value, depth, odd=odd)
    if entries.is_empty:
        return st.just({})
    if odd and shape.value.type_name == "structure":
        entries = st.none() | entries
    return st.dictionaries(st.text(max_size=5), entries, max_size=2)


def _entries(shape: Any, depth: int, *, odd: bool) -> st.SearchStrategy[Any]:
    return st.nothing() if depth > DEEPEST else _value(shape, depth + 1, odd=odd)


def _structure(shape: Any, depth: int, *, odd: bool) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: _value(member, depth + 1, odd=odd) for name, member in shape.members.items()}
    members = {name: value for name, value in members.items() if not value.is_empty}
    if odd:
        members = {name: st.none() | value for name, value in members.items()}
        members["NotInTheModel"] = st.none() | st.text(max_size=3)
    return st.fixed_dictionaries({}, optional=members)
