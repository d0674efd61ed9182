"""Rows of the tables as what is counted of them, and the names of those that cannot be."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple, TypeAlias, TypeVar

from aggregates.inference import Inference
from aggregates.units import Entry
from aggregator.inputs import to_entry
from aggregator.records import Feedback, Malformed, read_feedback, read_inference
from shared.items import Item

Row = TypeVar("Row")

Refused: TypeAlias = dict[str, str]
"""What cannot be counted, and why: rows that no write of ours has made."""


class Vote(NamedTuple):
    """A feedback."""

    feedback: Feedback
    """Not new: another may have counted it, as something else."""
    entry: Entry


def read_inferences(items: Iterable[Item]) -> tuple[list[Inference], Refused]:
    """Read the recorded inferences among targets."""
    found, refused = _read(items, lambda item: name_target(item["target_id"]["S"]), read_inference)
    return [one for one in found if one is not None], refused


def read_votes(kind: str, items: Iterable[Item]) -> tuple[list[Vote], Refused]:
    """Read feedback of a kind."""
    return _read(items, lambda item: f"{kind} {item['id']['S']}", partial(_read_vote, kind))


def name_target(target_id: str) -> str:
    """Name a target that cannot be counted."""
    return f"target {target_id}"


def name_feedback(metric: str, target_id: str) -> str:
    """Name all feedback on a target that cannot be counted for want of it."""
    return f"{metric} on {target_id}"


def _read(
    items: Iterable[Item], name: Callable[[Item], str], read: Callable[[Item], Row]
) -> tuple[list[Row], Refused]:
    found, refused = list[Row](), Refused()
    for item in items:
        try:
            found.append(read(item))
        except Malformed as malformed:
            refused[name(item)] = str(malformed)
    return found, refused


def _read_vote(kind: str, item: Item) -> Vote:
    return Vote(read_feedback(item, kind, is_new=False), to_entry(item, kind))
