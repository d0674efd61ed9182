"""Evaluation labels: which feedback is one, and what it must have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.evaluation import InvalidEvaluation, Label, label, output
from feedback.kinds import registry
from feedback.model import Level, Metric, Record, Target
from shared.document import Json
from tests.unit.fakes import catalog, uuid7

INFERENCE = Target(Level.INFERENCE, uuid7(1))
LIKED = registry.metric(catalog(), "liked")
DATAPOINT, EVALUATOR = uuid7(0, 1), uuid7(0, 2)
ON_INFERENCE = "tensorzero::datapoint_id: an evaluation label is about an inference"
TAGS = {
    "tensorzero::datapoint_id": DATAPOINT.upper(),
    "tensorzero::evaluator_inference_id": f"{{{EVALUATOR}}}",
    "tensorzero::human_feedback": "anything",
}


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (1, "1"), (1e-5, "0.00001")])
def test_a_label_is_read_out_of_three_tags(value: Json, text: str) -> None:
    """Its value is JSON text, as the caller wrote it; ids may be spelled in any way."""
    assert label(LIKED, INFERENCE, TAGS, value) == Label(DATAPOINT, EVALUATOR, text)


@given(st.sets(st.sampled_from(sorted(TAGS)), max_size=2))
def test_without_all_three_tags_it_is_no_label(names: set[str]) -> None:
    """However the others may be spelled."""
    assert label(LIKED, INFERENCE, dict.fromkeys(names, "x"), value=True) is None


def test_only_a_metrics_feedback_is_a_label() -> None:
    """Neither a comment nor a demonstration is a verdict."""
    labelled = {
        kind.name
        for kind in registry.KINDS.values()
        if label(Metric("m", kind, None), INFERENCE, TAGS, value=True)
    }

    assert {"boolean", "float"} <= labelled <= set(registry.CONFIGURED)


@pytest.mark.parametrize(
    ("level", "change", "text"),
    [
        (
            Level.EPISODE,
            {},
            f"{ON_INFERENCE}, and metric `liked` is about an episode",
        ),
        *(
            (Level.INFERENCE, {name: "x"}, f"{name}: expected a UUID")
            for name in ("tensorzero::datapoint_id", "tensorzero::evaluator_inference_id")
        ),
    ],
    ids=["episode", "datapoint", "evaluator"],
)
def test_a_label_that_cannot_be_stored_is_refused(
    level: Level, change: dict[str, str], text: str
) -> None:
    """The refusal names the tag."""
    with pytest.raises(InvalidEvaluation) as caught:
        label(LIKED, Target(level, INFERENCE.id), {**TAGS, **change}, value=True)

    assert str(caught.value) == text


def test_a_label_needs_the_inferences_output() -> None:
    """It is found by it."""
    assert output(INFERENCE, Record(output="{}")) == "{}"
    with pytest.raises(InvalidEvaluation, match=f"no output is recorded of .* {INFERENCE.id}"):
        output(INFERENCE, Record())
