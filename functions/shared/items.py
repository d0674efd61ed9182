"""DynamoDB's items: how plain values are spelled in them, read back, and measured."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

from shared.refusal import Refusal

Attribute: TypeAlias = dict[str, Any]
"""A value as DynamoDB spells it: `{"S": "text"}`, `{"N": "1.5"}`, `{"BOOL": True}`, `{"M": …}`."""
Item: TypeAlias = dict[str, Attribute]

MAX_ITEM = 400 * 1024
"""The largest item that DynamoDB holds, in bytes, names included."""


class ItemTooLarge(Refusal):
    """An item that DynamoDB does not hold."""

    code = "item_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def to_attribute(value: bool | float | str) -> Attribute:  # noqa: FBT001 - the value to store
    """Spell a plain value."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": repr(value)}


def text_map(texts: Mapping[str, str]) -> Attribute:
    """Spell a mapping of texts."""
    return {"M": {key: {"S": value} for key, value in texts.items()}}


def to_value(attribute: Attribute) -> Any:  # noqa: ANN401 - JSON
    """Read an attribute back; a number is a float, or an integer if it is written as one."""
    ((kind, value),) = attribute.items()
    if kind == "N":
        return int(value) if value.removeprefix("-").isdecimal() else float(value)
    if kind == "M":
        return to_values(value)
    return value


def to_values(item: Item) -> dict[str, Any]:
    """Read an item's attributes back, sorted by name."""
    return {name: to_value(attribute) for name, attribute in sorted(item.items())}


def check_size(item: Item) -> Item:
    """Return the item if DynamoDB can hold it. Raises ItemTooLarge."""
    size = item_size(item)
    if size > MAX_ITEM:
        raise ItemTooLarge(f"The item would take {size} bytes: at most {MAX_ITEM} can be stored")
    return item


def item_size(item: Item) -> int:
    """Count an item's bytes as DynamoDB does, names included, or a few more."""
    size = 0
    for name, attribute in item.items():
        size += len(name) if name.isascii() else len(name.encode())
        [(kind, value)] = attribute.items()
        if kind == "S":
            size += len(value) if value.isascii() else len(value.encode())
        elif kind == "N":
            size += len(value) // 2 + 2
        elif kind == "M":
            size += 3 + len(value) + item_size(value)
        else:
            size += 1
    return size
