"""Files are parsed one by one, as TOML 1.1, and merged as TensorZero merges them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from configuration.error import ConfigurationError
from configuration.source import read

Write = Callable[[dict[str, str]], None]
Problems = Callable[..., tuple[str, ...]]

TOML_1_1 = r"""
[metrics]
a = {
    type = "boolean",  # a comment, and a comma at the end
    level = "inference",
    description = "\e[1m\x41\xe9",
}
b."c d" = { type = "float", }
"""


def test_toml_1_1_is_read(write: Write) -> None:
    """Inline tables over several lines, commas at the end, and both new escapes."""
    write({"t.toml": TOML_1_1})

    assert read("t.toml").table == {
        "metrics": {
            "a": {"type": "boolean", "level": "inference", "description": "\x1b[1mAé"},
            "b": {"c d": {"type": "float"}},
        }
    }


def test_a_byte_order_mark_is_no_part_of_the_text(write: Write) -> None:
    """Some editors write one."""
    write({"t.toml": "\ufeffa = 1"})

    assert read("t.toml").table == {"a": 1}


def test_tables_merge_at_any_depth(write: Write) -> None:
    """A table may begin in one file and go on in another."""
    write(
        {
            "1.toml": "[metrics.a]\ntype = 'float'\n[x]\nlist = [1]",
            "2.toml": "metrics.a.level = 'episode'\n[metrics.b]\ntype = 'float'",
            "3.toml": "[metrics.a.deep.er]\nk = {}",
        }
    )

    source = read("{3,2,1}.toml")

    assert source.files == (Path("1.toml"), Path("2.toml"), Path("3.toml"))
    assert source.table == {
        "metrics": {
            "a": {"type": "float", "level": "episode", "deep": {"er": {"k": {}}}},
            "b": {"type": "float"},
        },
        "x": {"list": [1]},
    }


def test_each_key_knows_the_file_in_which_it_first_appears(write: Write) -> None:
    """A problem is reported where its key stands."""
    write({"1.toml": "[m.a]\nx = 1", "2.toml": "[m.a]\ny = 1\n[m.b]"})

    assert read("*.toml").origins == {
        ("m",): Path("1.toml"),
        ("m", "a"): Path("1.toml"),
        ("m", "a", "x"): Path("1.toml"),
        ("m", "a", "y"): Path("2.toml"),
        ("m", "b"): Path("2.toml"),
    }


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        *(
            (
                f"[a]\nb = {value}",
                f"[a]\nb = {other}",
                "`a.b`: Found duplicate values in globbed TOML config files `c/1` and `c/2`",
            )
            for value, other in (
                ("1", "1"),
                ("'x'", "2"),
                ("true", "{}"),
                ("1.5", "{ c = 1 }"),
                ("[1]", "[2]"),
                ("1979-05-27", "1979-05-27"),
            )
        ),
        *(
            (
                "[metrics.a]",
                f"metrics = {value}",
                f"`metrics`: Cannot merge `{name}` from file `c/2` into a table from file `c/1`",
            )
            for value, name in (
                ("1", "integer"),
                ("'x'", "string"),
                ("true", "boolean"),
                ("1.5", "float"),
                ("[{}]", "array"),
                ("1979-05-27T07:32:00Z", "datetime"),
                ("1979-05-27T07:32", "datetime"),
                ("1979-05-27", "datetime"),
                ("07:32:00", "datetime"),
            )
        ),
    ],
)
def test_what_cannot_be_merged_is_refused(
    problems: Problems, first: str, second: str, reason: str
) -> None:
    """The message names the key and both files."""
    assert problems({"c/1": first, "c/2": second}, "c/*") == (reason,)


def test_the_first_file_of_three_is_named(problems: Problems) -> None:
    """The one that had the value, not the one that opened the table."""
    files = {"1": "[a]", "2": "[a]\nb = 1", "3": "[a]\nb = 1"}

    assert problems(files, "*") == (
        "`a.b`: Found duplicate values in globbed TOML config files `2` and `3`",
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[metrics.d]\ntype =\n", "line 2, column 7"),
        ("a = 1\na = 2\n", "line 2, column 6"),
        ("[x", "line 1, column 3"),
    ],
)
def test_a_syntax_error_is_refused_with_its_place(
    problems: Problems, text: str, place: str
) -> None:
    """A key that stands twice in one file is such an error too."""
    [problem] = problems({"t.toml": text})

    assert problem.startswith(
        f"t.toml: Failed to parse config file as valid TOML: TOML parse error at {place}: "
    )


def test_a_file_that_is_not_utf_8_is_refused(folder: Path) -> None:
    """TOML is UTF-8."""
    (folder / "t.toml").write_bytes(b'a = "\xff"')

    with pytest.raises(ConfigurationError) as refused:
        read("t.toml")

    assert refused.value.problems == (
        "t.toml: Failed to read config file `t.toml`: stream did not contain valid UTF-8",
    )


def test_every_file_that_does_not_parse_is_named(problems: Problems) -> None:
    """One build shows them all."""
    found = problems({"1": "=", "2": "a = 1", "3": "="}, "*")

    assert [problem.partition(":")[0] for problem in found] == ["1", "3"]
