"""The rules of feedback: which metric there is, what it takes, what it can be given to."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

from shared.catalog import Catalog
from shared.document import Json
from shared.dynamodb import Attribute, Item
from shared.errors import AmbiguousTarget, WrongLevel
from shared.uuids import Uuid

Value = TypeVar("Value")


class Level(StrEnum):
    """What feedback is about."""

    INFERENCE = "inference"
    EPISODE = "episode"

    __hash__ = str.__hash__  # an enumeration's own is a call of Python's


class Target(NamedTuple):
    """The inference or the episode that feedback is about."""

    level: Level
    id: Uuid


@dataclass(frozen=True, slots=True)
class Record:
    """What was recorded of a target; empty where it was not looked up, or is an episode."""

    function_name: str = ""
    tool_params: str | None = None
    output_schema: str | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True)
class Kind(Generic[Value]):
    """A kind of feedback: what it takes, what is stored of it, and where."""

    table: str
    """Its table, by the name that the store knows it by."""
    parse: Callable[[str, Json], Value]
    """(metric's name, value) to the value; raises InvalidValue for what no target could mend."""
    encode: Callable[[Value, Record, Catalog], Attribute]
    """(value, the target's record, the configuration) to what is stored; may raise a Refusal."""
    describe: Callable[["Feedback"], Item]
    """The attributes that only this kind has, the partition key among them."""
    reads: tuple[str, ...] = ()
    """What `encode` needs of the target's record; if anything, it is looked up in any case."""
    labels: bool = False
    """Whether it can be a person's verdict in an evaluation."""


class Metric(NamedTuple):
    """A configured metric, or one of the two built-in names."""

    name: str
    kind: Kind[Any]
    level: Level | None
    """The level it belongs to; None for a comment, which takes either."""

    def target(self, inference_id: Uuid | None, episode_id: Uuid | None) -> Target:
        """Choose the target out of the two ids, of which at most one is given.

        Raises WrongLevel if it is not the one that the metric's level asks for, and
        AmbiguousTarget if a comment has none.
        """
        for level, uuid in ((Level.INFERENCE, inference_id), (Level.EPISODE, episode_id)):
            if uuid is not None and (self.level is None or self.level is level):
                return Target(level, uuid)
        if self.level is None:
            raise AmbiguousTarget("Exactly one of inference_id or episode_id must be provided")
        raise WrongLevel(f'Correct ID was not provided for feedback level "{self.level}".')


class Feedback(NamedTuple):
    """Feedback that may be stored: whoever holds one need not check it again."""

    id: Uuid
    metric: Metric
    target: Target
    value: Attribute
    tags: dict[str, str]
    snapshot_hash: str
