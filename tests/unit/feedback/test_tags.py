"""Tags: TensorZero's own names are for internal feedback, and an evaluation's must be complete."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import tags
from feedback.tags import IncompleteEvaluation, ReservedTag, TagLimitExceeded
from shared.refusal import Refusal

FREE = st.text(min_size=1, max_size=20).filter(lambda name: not name.startswith("tensorzero::"))
TEXTS = st.dictionaries(FREE, st.text(max_size=20))
DATAPOINT, HUMAN = "tensorzero::datapoint_id", "tensorzero::human_feedback"
EVALUATOR = "tensorzero::evaluator_inference_id"
PREFIX = "Tag name cannot start with 'tensorzero::': "
INTERNAL = {"tensorzero::internal": "true"}
LARGEST = {
    **{str(number): "" for number in range(511)},
    "n" * 1_024: "v" * 65_536,
}
"""As many tags, and as long ones, as there may be."""


@given(TEXTS, st.sampled_from([{}, {"tensorzero::internal": "false"}, {"tensorzero::x": "y"}]))
def test_tags_are_stored_as_they_are(given: dict[str, str], reserved: dict[str, str]) -> None:
    """Internal feedback may have reserved ones, and is marked, whatever the caller says."""
    internal = {**given, **reserved}

    admitted = tags.admit(given, internal=False)

    assert admitted == given
    assert admitted is not given
    assert tags.admit(internal, internal=True) == {**internal, **INTERNAL}
    assert internal == {**given, **reserved}


@pytest.mark.parametrize(
    "given",
    [
        *(
            {name: "v"}
            for name in ("tensorzero:x", "TensorZero::x", " tensorzero::x", "a.tensorzero::")
        ),
        {DATAPOINT: "x"},
        {HUMAN: "x", EVALUATOR: "x"},
        {DATAPOINT: "x", HUMAN: "x", EVALUATOR: "x"},
        LARGEST,
    ],
    ids=lambda given: f"{list(given)[:3]}",
)
def test_tags_within_the_limits_are_taken(given: dict[str, str]) -> None:
    """The prefix is exact; only a datapoint with human feedback needs an evaluator."""
    assert tags.admit(given, internal=True) == {**given, **INTERNAL}
    if DATAPOINT not in given and HUMAN not in given:
        assert tags.admit(given, internal=False) == given


TOKENS = "only an end user's token sets it"
LENGTHS = "a name has at most 1024 characters and a value 65536, found"


@pytest.mark.parametrize(
    ("given", "internal", "kind", "text"),
    [
        *(
            ({name: "true", DATAPOINT: "", HUMAN: ""}, False, ReservedTag, f"{PREFIX}{name[:200]}")
            for name in ("tensorzero::", "tensorzero::internal", "tensorzero::" + "x" * 1_000)
        ),
        *(
            ({f"tensorzero::{name}": "x"}, True, ReservedTag, f"tags.tensorzero::{name}: {TOKENS}")
            for name in ("token_author", "token_key_id")
        ),
        ({DATAPOINT: "", HUMAN: ""}, True, IncompleteEvaluation, f"{EVALUATOR} is required when"),
        (
            {**LARGEST, "": ""},
            False,
            TagLimitExceeded,
            "tags: at most 512 tags can be given, found 513",
        ),
        ({"": "x"}, False, TagLimitExceeded, "tags: a name has at least 1 character"),
        ({"n" * 1_025: ""}, True, TagLimitExceeded, f"tags.{'n' * 200}…: {LENGTHS} 1025 and 0"),
        ({"a": "v" * 65_537}, False, TagLimitExceeded, f"tags.a: {LENGTHS} 1 and 65537"),
    ],
)
def test_tags_are_refused_by_name(
    given: dict[str, str], internal: bool, kind: type[Refusal], text: str
) -> None:
    """Reserved ones first; a long name is cut."""
    with pytest.raises(Refusal) as caught:
        tags.admit(given, internal=internal)

    assert caught.type is kind
    assert str(caught.value).startswith(text)
    assert len(str(caught.value)) < 400
