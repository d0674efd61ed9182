"""Items: plain values are spelled as attributes, read back, and measured as DynamoDB does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.items import (
    MAX_ITEM,
    Item,
    ItemTooLarge,
    check_size,
    item_size,
    text_map,
    to_attribute,
    to_values,
)

VALUES = (
    st.booleans() | st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
TEXTS = st.dictionaries(st.text(), st.text())


@given(st.dictionaries(st.text(), VALUES), TEXTS)
def test_what_is_spelled_is_read_back(
    values: dict[str, bool | float | str], texts: dict[str, str]
) -> None:
    """With its type, sorted by name; texts may be nested in a mapping."""
    item = {**{name: to_attribute(value) for name, value in values.items()}, "": text_map(texts)}

    read = to_values(item)

    assert read == {**values, "": texts}
    assert list(read) == sorted(read)
    assert {name: type(read[name]) for name in values if name} == {
        name: type(value) for name, value in values.items() if name
    }


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({}, 0),
        ({"name": {"S": "text"}}, 8),
        ({"é": {"S": "😀"}}, 6),
        ({"b": {"BOOL": True}}, 2),
        ({"n": {"N": "1.5"}}, 4),
        ({"m": {"M": {"a": {"S": "b"}, "": {"S": ""}}}}, 1 + 3 + 2 + 2),
    ],
)
def test_an_item_is_measured_in_bytes(item: Item, size: int) -> None:
    """Names count, and so does each entry of a mapping."""
    assert item_size(item) == size


def test_the_largest_item_is_taken_and_one_byte_more_is_refused() -> None:
    """400 KB, as DynamoDB has it."""
    largest: Item = {"a": {"S": "x" * (400 * 1024 - 1)}}

    assert check_size(largest) is largest
    with pytest.raises(ItemTooLarge, match="would take 409601 bytes: at most 409600 can be stored"):
        check_size({"ab": {"S": "x" * (MAX_ITEM - 1)}})
