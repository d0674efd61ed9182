"""What docs/configuration.md says of a configuration is what the build prints of it."""

import re
from contextlib import chdir
from itertools import pairwise
from pathlib import Path

import pytest

from configuration import keys
from configuration.command import main
from tests.docs.markdown import Document, codes

DOCUMENT = Document.at("docs/configuration.md")
BLOCKS = DOCUMENT.blocks()
EXAMPLES = [(toml, text) for (language, toml), (_, text) in pairwise(BLOCKS) if language == "toml"]


@pytest.mark.parametrize(("toml", "text"), EXAMPLES)
def test_an_example_prints_what_is_shown(
    toml: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """List and warnings, or problems."""
    (tmp_path / "tensorzero.toml").write_text(toml, "utf-8")

    with chdir(tmp_path):
        main([])

    printed = capsys.readouterr()
    assert printed.out + printed.err == text


def test_the_examples_are_all_there_are() -> None:
    """Each TOML is followed by what is printed of it."""
    assert len(EXAMPLES) == sum(language == "text" for language, _ in BLOCKS) == 3


def test_the_keys_that_are_read_are_listed() -> None:
    """And no other."""
    rows = {row[0]: {*codes(row[1])} for row in DOCUMENT.table("| table | keys | rules |")}
    inner = {"observability", "evaluators"}  # tables with a row of their own

    assert list(rows.values()) == [
        {*keys.METRIC.read},
        {*keys.CHAT_FUNCTION.read, *keys.JSON_FUNCTION.read} - inner,
        {*keys.TOOL.read},
        {*keys.EVALUATOR.read},
        {*keys.GATEWAY.read} - inner,
        {*keys.OBSERVABILITY.read},
    ]


def test_the_release_whose_keys_are_known_is_named() -> None:
    """In the prose as well as in the examples."""
    assert f"TensorZero {keys.VERSION} does not have" in re.sub(r"\s+", " ", DOCUMENT.prose)
