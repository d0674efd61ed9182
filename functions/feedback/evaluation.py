"""Evaluation labels: a person's verdict on an evaluator's, stored beside the metric it is."""

from dataclasses import dataclass

from feedback import tags
from feedback.model import Feedback, Level, Metric, Record, Target
from submit.store import Row, timestamp
from shared import uuids
from shared.document import Json, dump
from shared.dynamodb import Item, check_size
from shared.errors import InvalidEvaluation
from shared.uuids import Uuid

READS = ("output",)
"""What a label needs of the inference's record."""


@dataclass(frozen=True, slots=True)
class Label:
    """A verdict: on which datapoint, in place of which evaluator's inference."""

    datapoint_id: Uuid
    evaluator_inference_id: Uuid
    value: str
    """The verdict as JSON text, as the caller spelled it."""


def label(metric: Metric, target: Target, admitted: dict[str, str], value: Json) -> Label | None:
    """Read the verdict out of the tags; None unless all three of an evaluation are there.

    Raises InvalidEvaluation if an id is malformed, or the metric is not about an inference.
    """
    asked = {tags.DATAPOINT, tags.EVALUATOR, tags.HUMAN} <= admitted.keys()
    if not (asked and metric.kind.labels):
        return None
    if target.level is not Level.INFERENCE:
        raise InvalidEvaluation(
            f"{tags.DATAPOINT}: an evaluation label is about an inference, and metric "
            f"`{metric.name}` is about an episode"
        )
    return Label(
        datapoint_id=_uuid(tags.DATAPOINT, admitted),
        evaluator_inference_id=_uuid(tags.EVALUATOR, admitted),
        value=dump(value),
    )


def to_row(verdict: Label, feedback: Feedback, record: Record) -> Row:
    """Give a label's row. Raises InvalidEvaluation without a recorded output, ItemTooLarge."""
    if record.output is None:
        raise InvalidEvaluation(
            f"{tags.DATAPOINT}: no output is recorded of inference {feedback.target.id}, "
            "and a label is found by it"
        )
    item: Item = {
        "datapoint_id": {"S": verdict.datapoint_id},
        "feedback_id": {"S": feedback.id},
        "metric_name": {"S": feedback.metric.name},
        "output": {"S": record.output},
        "value": {"S": verdict.value},
        "evaluator_inference_id": {"S": verdict.evaluator_inference_id},
        "timestamp": {"S": timestamp(feedback.id)},
    }
    return Row("evaluation_human_feedback", check_size(item))


def _uuid(tag: str, admitted: dict[str, str]) -> Uuid:
    parsed = uuids.parse(admitted[tag])
    if parsed is None:
        raise InvalidEvaluation(f"{tag}: expected a UUID")
    return parsed
