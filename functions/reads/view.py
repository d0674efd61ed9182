"""Rows as callers see them: TensorZero's keys, in TensorZero's order."""

import json
from typing import Any

from feedback.model import Kind
from feedback.rows import DOCUMENTS, read_feedback
from shared.items import Item, to_value

View = dict[str, Any]


def feedback(kind: Kind[Any], item: Item) -> View:
    """Show a row in a list of all kinds."""
    values = read_feedback(kind, item)
    said = (kind.keeps,) if kind.keeps else ()
    names = ("type", "id", kind.key, *said, "value", "tags")
    return {**{name: values[name] for name in names}, "timestamp": moment(values["timestamp"])}


def moment(timestamp: str) -> str:
    """Show a time as TensorZero does: with no fraction where it is zero."""
    return timestamp.replace(".000Z", "Z")


def of_one_kind(kind: Kind[Any], item: Item) -> View:
    """Show a row in a list of one kind, which need not say it."""
    shown = feedback(kind, item)
    del shown["type"]
    return shown


def inference(item: Item) -> View:
    """Show a recorded inference, in the fields that recorded it."""
    values = {name: to_value(attribute) for name, attribute in item.items()}
    documents = {name: json.loads(values[name]) for name in DOCUMENTS if name in values}
    return {
        "inference_id": values["target_id"],
        **{name: values[name] for name in ("episode_id", "function_name", "variant_name")},
        **documents.pop("tool_params", {}),
        **documents,
    }
