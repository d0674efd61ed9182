"""Records of the tables' streams: which feedback and which inferences have changed."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from aggregates import layout
from aggregates.inference import Inference
from aggregates.layout import DEMONSTRATION
from feedback.kinds.registry import KINDS
from feedback.model import Level
from shared.items import Item
from shared.uuids import Uuid, parse

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
    subject = Subject(metric, _uuid(item, KINDS[kind].key))
    return Feedback(subject, kind, _uuid(item, "id"), is_new)


def read_inference(item: Item) -> Inference | None:
    """Read a recorded inference; None for an episode. Raises Malformed."""
    match _text(item, "target_type"):
        case Level.INFERENCE:
            ids = (_uuid(item, name) for name in ("target_id", "episode_id"))
            names = (_text(item, name) for name in ("function_name", "variant_name"))
            return Inference(*ids, *names)
        case Level.EPISODE:
            return None
        case _:
            raise Malformed("a row of a target that is neither an inference nor an episode")


def _text(item: Item, name: str) -> str:
    """Read a text; ours are never empty."""
    try:
        text = item[name]["S"]
    except (KeyError, TypeError) as error:
        raise Malformed(f"a row without {name}") from error
    if not isinstance(text, str) or not text:
        raise Malformed(f"a row with an empty {name}")
    return text


def _uuid(item: Item, name: str) -> Uuid:
    """Read an id; ours are spelled in one way, by which keys are found and sorted."""
    text = _text(item, name)
    if parse(text) != text:
        raise Malformed(f"a row whose {name} is no UUID in lower case with hyphens")
    return Uuid(text)


def sequence(record: Mapping[str, Any]) -> str:
    """Return the number that Lambda knows a record by."""
    number: str = record["dynamodb"]["SequenceNumber"]
    return number
