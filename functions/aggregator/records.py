"""Records of the tables' streams: which feedback and which inferences have changed."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from aggregates import layout
from aggregates.inference import Inference
from aggregates.layout import DEMONSTRATION
from feedback.kinds.registry import KINDS
from feedback.model import Level
from shared.items import Item
from shared.uuids import Uuid

StreamRecord: TypeAlias = dict[str, Any]
"""A record as Lambda passes it on: its table is in `eventSourceARN`."""


class Subject(NamedTuple):
    """Whose feedback on what is counted."""

    metric: str
    target_id: Uuid


class Feedback(NamedTuple):
    """Feedback that has changed."""

    subject: Subject
    kind: str
    id: Uuid
    is_new: bool
    """Whether it was inserted; if not, what is remembered of it may be no longer so."""


class Malformed(Exception):
    """A record, or a row, that none of ours is like."""


def kinds(tables: Mapping[str, str]) -> dict[str, str]:
    """Return what is in each table that is followed, by the table's name."""
    return {tables[name]: name for name in ("target", *layout.KINDS)}


def read(record: StreamRecord, tables: Mapping[str, str]) -> Feedback | Inference | None:
    """Read a record; None for what changes no aggregate. `tables`: see `kinds`.

    Raises Malformed.
    """
    try:
        kind = tables[record["eventSourceARN"].split("/")[1]]
        change = record["dynamodb"]
        item: Item = change.get("NewImage") or change["OldImage"]
        is_new: bool = record["eventName"] == "INSERT"
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise Malformed("a record that is not of a table's stream") from error
    return read_inference(item) if kind == "target" else read_feedback(item, kind, is_new=is_new)


def read_feedback(item: Item, kind: str, *, is_new: bool) -> Feedback:
    """Read what has changed off a row. Raises Malformed."""
    metric = DEMONSTRATION if kind == DEMONSTRATION else _text(item, "metric_name")
    subject = Subject(metric, Uuid(_text(item, KINDS[kind].key)))
    return Feedback(subject, kind, Uuid(_text(item, "id")), is_new)


def read_inference(item: Item) -> Inference | None:
    """Read a recorded inference; None for an episode. Raises Malformed."""
    if _text(item, "target_type") != Level.INFERENCE:
        return None
    names = ("target_id", "episode_id", "function_name", "variant_name")
    id_, episode_id, function, variant = (_text(item, name) for name in names)
    return Inference(Uuid(id_), Uuid(episode_id), function, variant)


def _text(item: Item, name: str) -> str:
    try:
        text: str = item[name]["S"]
    except (KeyError, TypeError) as error:
        raise Malformed(f"a row without {name}") from error
    return text


def sequence(record: Mapping[str, Any]) -> str:
    """Return the number that Lambda knows a record by."""
    number: str = record["dynamodb"]["SequenceNumber"]
    return number
