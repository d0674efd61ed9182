"""A path or a glob names files as it does for TensorZero."""

from collections.abc import Callable
from pathlib import Path

import pytest

from configuration.error import ConfigurationError
from configuration.pattern import find

NO_MATCH = (
    "No files matched the glob pattern. "
    "Ensure that the path exists, and contains at least one file."
)
FILES = ("a.toml", ".h.toml", "x1.toml", "b-c/d.toml", "b/e.toml", "b/deep/f.toml", "b/g.json")


@pytest.fixture
def files(write: Callable[[dict[str, str]], None]) -> None:
    """Write the files that the patterns choose from."""
    write(dict.fromkeys(FILES, ""))


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a.toml", ["a.toml"]),
        ("./b/e.toml", ["b/e.toml"]),
        ("*.toml", [".h.toml", "a.toml", "x1.toml"]),
        ("?.toml", ["a.toml"]),
        ("*/*.toml", ["b/e.toml", "b-c/d.toml"]),
        ("b/**", ["b/deep/f.toml", "b/e.toml", "b/g.json"]),
        (
            "**/*.toml",
            [".h.toml", "a.toml", "b/deep/f.toml", "b/e.toml", "b-c/d.toml", "x1.toml"],
        ),
        ("{x1,a}.toml", ["a.toml", "x1.toml"]),
        ("{a,a,b/{e,deep/f}}.toml", ["a.toml", "b/deep/f.toml", "b/e.toml"]),
        ("b{,-c}/?.toml", ["b/e.toml", "b-c/d.toml"]),
        ("[ax].toml", ["a.toml"]),
        ("x[!2].toml", ["x1.toml"]),
        ("b/{deep,e.toml}", ["b/e.toml"]),
    ],
)
def test_a_pattern_names_files_sorted_by_path(pattern: str, expected: list[str]) -> None:
    """Wildcards stay inside a folder, `**` recurses, braces are either."""
    assert [str(path) for path in find(pattern)] == expected


def test_an_absolute_pattern_names_absolute_files(
    folder: Path, write: Callable[[dict[str, str]], None]
) -> None:
    """The pattern decides how the files are called in messages."""
    write({"c/a.toml": ""})

    assert find(f"{folder}/*/a.toml") == (folder / "c" / "a.toml",)


def test_a_file_whose_name_has_wildcards_is_that_file(
    write: Callable[[dict[str, str]], None],
) -> None:
    """An existing file is meant literally."""
    write({"[ax].toml": "", "a.toml": ""})

    assert find("[ax].toml") == (Path("[ax].toml"),)


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("pattern", ["z.toml", "z/*.toml", "*.yaml", "{a", "a}.toml", "b/dee?"])
def test_a_pattern_without_files_is_refused(pattern: str) -> None:
    """TensorZero's words, and the pattern."""
    with pytest.raises(ConfigurationError) as refused:
        find(pattern)

    assert refused.value.problems == (f"{pattern}: {NO_MATCH}",)


@pytest.mark.usefixtures("files")
def test_a_directory_is_refused_with_what_to_write_instead() -> None:
    """TensorZero says only that nothing matched."""
    with pytest.raises(ConfigurationError) as refused:
        find("b")

    assert refused.value.problems == (
        f"b: {NO_MATCH} It is a directory: name a file in it, or a glob such as `b/**/*.toml`.",
    )
