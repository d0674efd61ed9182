"""The words of feedback: metrics and their kinds, targets, and feedback itself."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from feedback.demonstration.json_schema.check import Check
from shared.catalog import Catalog
from shared.document import Json
from shared.refusal import Refusal
from shared.uuids import Uuid

Value = TypeVar("Value")


class AmbiguousTarget(Refusal):
    """Both ids, or for a comment none."""

    code = "ambiguous_target"


class WrongLevel(Refusal):
    """Not the id that the metric's level asks for."""

    code = "wrong_level"


class Level(StrEnum):
    """What feedback is about."""

    INFERENCE = "inference"
    EPISODE = "episode"

    __hash__ = str.__hash__  # an enumeration's own is slower: it is written in Python


class Target(NamedTuple):
    """The inference or the episode that feedback is about."""

    level: Level
    id: Uuid


class Record(NamedTuple):
    """What was recorded of a target; empty where it was not looked up, or is an episode."""

    function_name: str = ""
    tool_params: str | None = None
    output_schema: str | None = None
    output: str | None = None
    """The last three are JSON texts; the keys in `output` are sorted."""


class Inference(NamedTuple):
    """An inference to record: where it belongs, and what its feedback needs."""

    id: Uuid
    episode_id: Uuid
    variant_name: str
    record: Record


def unchanged(value: Any, *_: object) -> Any:  # noqa: ANN401 - any kind's value
    """Return the value as it is."""
    return value


class Kind(NamedTuple, Generic[Value]):
    """A kind of feedback: which values it takes, and what is stored of them."""

    name: str
    """The `type` of a configured metric, or the built-in metric; also the key of its table."""
    parse: Callable[[str, Json], Value]
    """(metric's name, value) to the value. Raises InvalidValue if no target could accept it."""
    complete: Callable[[Value, Record, Catalog, Check], bool | float | str] = unchanged
    """(value, target's record, configuration, check of JSON Schemas) to what is stored.

    May raise a Refusal.
    """
    restore: Callable[[Any], Json] = unchanged
    """What is read from the table to the value that a caller sees."""
    key: Literal["target_id", "inference_id"] = "target_id"
    """The partition key of its table."""
    keeps: Literal["metric_name", "target_type"] | None = "metric_name"
    """What its rows say of the metric or the target besides."""
    reads: tuple[str, ...] = ()
    """The parts of the target's record that `complete` needs; with any, the target must exist."""
    labels: bool = False
    """Whether it can be a person's verdict in an evaluation."""


class Metric(NamedTuple):
    """A configured metric, or one of the built-in names."""

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
    """Feedback that may be stored: it has passed every rule."""

    id: Uuid
    metric: Metric
    target: Target
    value: bool | float | str
    """A demonstration's is JSON text."""
    tags: dict[str, str]
    snapshot_hash: str


class Accepted(NamedTuple):
    """The result of a request that is not refused: it is stored, or would be but for `dryrun`."""

    feedback_id: Uuid
    replayed: bool = False
    """Whether an earlier request with the same idempotency key stored it."""
