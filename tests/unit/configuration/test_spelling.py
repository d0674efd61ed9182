"""What is a misspelling, and what may be a new word."""

import pytest

from configuration.spelling import meant

WORDS = ("metrics", "tools", "evaluations", "type", "output_schema", "observability")


@pytest.mark.parametrize(
    ("word", "intended"),
    [
        ("metric", "metrics"),
        ("Metrics", "metrics"),
        ("METRIC", "metrics"),
        ("metirc", "metrics"),
        ("metrik", "metrics"),
        ("tool", "tools"),
        ("too", "tools"),
        ("tooles", "tools"),
        ("typ", "type"),
        ("tpye", "type"),
        ("outputschema", "output_schema"),
        ("output-schemas", "output_schema"),
        ("out_put_shcema", "output_schema"),
        ("outptu_shema", "output_schema"),
        ("obsevabilty", "observability"),
    ],
)
def test_a_misspelling_is_of_the_closest_word(word: str, intended: str) -> None:
    """Case, signs, plurals, a typing error; in a long word two."""
    assert meant(word, WORDS) == intended


@pytest.mark.parametrize(
    "word",
    [
        "",
        "evaluators",  # TensorZero has had it, beside `evaluations`
        "models",
        "tags",
        "pool_size",
        "input_schema",
        "output_schema_2",
        "metrics2",
        "m" * 1000,
    ],
)
def test_another_word_is_no_misspelling(word: str) -> None:
    """A newer TensorZero may have it."""
    assert meant(word, WORDS) is None


def test_of_no_words_none_is_meant() -> None:
    """There is nothing to misspell."""
    assert meant("metrics", ()) is None
