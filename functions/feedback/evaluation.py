"""Evaluation labels: a person's verdict on an evaluator's, stored beside its metric."""

from typing import NamedTuple

from feedback.model import Level, Metric, Record, Target
from shared import uuids
from shared.document import Json, dump
from shared.refusal import Refusal
from shared.reserved import DATAPOINT, EVALUATOR, HUMAN
from shared.uuids import Uuid

READS = ("output",)
"""The parts of the inference's record that a label needs."""


class InvalidEvaluation(Refusal):
    """Evaluation tags that cannot be stored as a person's verdict."""

    code = "invalid_evaluation"


class Label(NamedTuple):
    """A verdict: on which datapoint, in place of which evaluator's inference."""

    datapoint_id: Uuid
    evaluator_inference_id: Uuid
    value: str
    """The verdict as JSON text, as the caller wrote it."""


def label(metric: Metric, target: Target, tags: dict[str, str], value: Json) -> Label | None:
    """Read the verdict out of the tags; None unless all three of an evaluation are there.

    Raises InvalidEvaluation if an id is malformed, or the metric is not about an inference.
    """
    if not (metric.kind.labels and DATAPOINT in tags and EVALUATOR in tags and HUMAN in tags):
        return None
    if target.level is not Level.INFERENCE:
        raise InvalidEvaluation(
            f"{DATAPOINT}: an evaluation label is about an inference, and metric "
            f"`{metric.name}` is about an episode"
        )
    return Label(_uuid(DATAPOINT, tags), _uuid(EVALUATOR, tags), dump(value))


def output(target: Target, record: Record) -> str:
    """Return the recorded output, by which a label is found. Raises InvalidEvaluation."""
    if record.output is None:
        raise InvalidEvaluation(
            f"{DATAPOINT}: no output is recorded of inference {target.id}, "
            "and a label is found by it"
        )
    return record.output


def _uuid(tag: str, tags: dict[str, str]) -> Uuid:
    parsed = uuids.parse(tags[tag])
    if parsed is None:
        raise InvalidEvaluation(f"{tag}: expected a UUID")
    return parsed
