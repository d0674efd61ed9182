"""Tags: TensorZero's own names are for internal feedback, and an evaluation is told whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import tags
from feedback.tags import IncompleteEvaluation, ReservedTag, TagLimitExceeded

FREE = st.text(max_size=20).filter(lambda name: not name.startswith("tensorzero::"))
TEXTS = st.dictionaries(FREE, st.text(max_size=20))
EVALUATION = {
    "tensorzero::datapoint_id": "d",
    "tensorzero::human_feedback": "true",
    "tensorzero::evaluator_inference_id": "e",
}


@given(TEXTS)
def test_a_callers_tags_are_stored_as_they_are(given: dict[str, str]) -> None:
    """None is added, dropped or changed, and the caller's mapping is left alone."""
    before = dict(given)

    admitted = tags.admit(given, internal=False)

    assert admitted == given == before
    assert admitted is not given


@pytest.mark.parametrize(
    "name",
    ["tensorzero:x", "TensorZero::x", "", " tensorzero::x", "tensorzero", "a.tensorzero::x"],
)
def test_a_name_that_only_resembles_a_reserved_one_is_free(name: str) -> None:
    """The prefix is exact."""
    assert tags.admit({name: "v"}, internal=False) == {name: "v"}


@pytest.mark.parametrize(
    "name", ["tensorzero::", "tensorzero::x", "tensorzero::internal", *EVALUATION]
)
def test_a_reserved_name_is_refused(name: str) -> None:
    """By the name."""
    with pytest.raises(ReservedTag) as caught:
        tags.admit({"a": "b", name: "true"}, internal=False)

    assert str(caught.value) == f"Tag name cannot start with 'tensorzero::': {name}"


def test_a_long_reserved_name_is_cut() -> None:
    """It is the caller's text."""
    with pytest.raises(ReservedTag) as caught:
        tags.admit({"tensorzero::" + "x" * 100_000: ""}, internal=False)

    assert len(str(caught.value)) < 300


def test_reserved_names_are_refused_before_an_evaluation_is_looked_at() -> None:
    """An incomplete one is not told to those who may not send any."""
    with pytest.raises(ReservedTag):
        tags.admit(dict.fromkeys(list(EVALUATION)[:2], ""), internal=False)


@given(TEXTS)
def test_internal_feedback_says_so(given: dict[str, str]) -> None:
    """In a tag that the caller cannot set to anything else."""
    spoofed = {**given, "tensorzero::internal": "false"}

    assert tags.admit(given, internal=True) == {**given, "tensorzero::internal": "true"}
    assert tags.admit(spoofed, internal=True) == {**given, "tensorzero::internal": "true"}
    assert spoofed["tensorzero::internal"] == "false"


def test_internal_feedback_may_bear_reserved_names() -> None:
    """Whatever they are."""
    given = {"tensorzero::x": "y", **EVALUATION}

    assert tags.admit(given, internal=True) == {**given, "tensorzero::internal": "true"}


@pytest.mark.parametrize("left_out", [*EVALUATION, None])
@pytest.mark.parametrize("value", ["", "anything"])
def test_only_a_verdict_without_its_evaluator_is_incomplete(
    left_out: str | None, value: str
) -> None:
    """What counts is which names are there, not their values."""
    given = {name: value for name in EVALUATION if name != left_out}
    if left_out != "tensorzero::evaluator_inference_id":
        assert tags.admit(given, internal=True) == {**given, "tensorzero::internal": "true"}
        return

    with pytest.raises(IncompleteEvaluation) as caught:
        tags.admit(given, internal=True)

    assert str(caught.value) == (
        "tensorzero::evaluator_inference_id is required when tensorzero::datapoint_id and "
        "tensorzero::human_feedback are provided"
    )


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({str(number): "" for number in range(tags.MOST + 1)}, "tags: at most 512"),
        ({"n" * (tags.LONGEST_NAME + 1): ""}, "tags.nnn"),
        (
            {"name": "v" * (tags.LONGEST_VALUE + 1)},
            "tags.name: a name has at most 1024 characters and a value 65536",
        ),
    ],
)
@pytest.mark.parametrize("internal", [True, False])
def test_too_many_or_too_long_tags_are_refused(
    given: dict[str, str], named: str, internal: bool
) -> None:
    """By a text that names the tag, says the limit, and is short."""
    with pytest.raises(TagLimitExceeded) as caught:
        tags.admit(given, internal=internal)

    assert str(caught.value).startswith(named)
    assert len(str(caught.value)) < 400


def test_as_many_and_as_long_tags_as_may_be_are_taken() -> None:
    """The limits themselves are allowed."""
    largest = {str(number): "" for number in range(tags.MOST - 1)}
    largest["n" * tags.LONGEST_NAME] = "v" * tags.LONGEST_VALUE

    assert tags.admit(largest, internal=False) == largest


@pytest.mark.parametrize("name", ["tensorzero::token_author", "tensorzero::token_key_id"])
def test_what_an_end_users_token_says_nobody_else_can_say(name: str) -> None:
    """Not even internal feedback."""
    with pytest.raises(ReservedTag, match=f"^tags.{name}: only an end user's token sets it$"):
        tags.admit({name: "somebody"}, internal=True)
