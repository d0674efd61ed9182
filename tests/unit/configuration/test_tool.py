"""The rules of tools and of the schemas that tools and functions name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from configuration.error import ConfigurationError
from configuration.loading import load

Write = Callable[[dict[str, str]], None]
Problems = Callable[..., tuple[str, ...]]

TOOL = '[tools.q]\ndescription = "d"\nparameters = "s.json"\n'
FUNCTION = '[functions.f]\ntype = "json"\nvariants = {}\noutput_schema = "s.json"\n'


def test_a_tool_is_called_by_its_key_or_its_display_name(write: Write) -> None:
    """Its schema keeps the order in which it was written."""
    write(
        {
            "t.toml": TOOL + TOOL.replace("q", "r") + 'name = "shown"\nstrict = true',
            "s.json": '{"type": "object", "b": 1.0, "a": "é"}',
        }
    )

    tools = load("t.toml").tools

    assert {key: tool.name for key, tool in tools.items()} == {"q": "q", "r": "shown"}
    assert list(tools["q"].parameters.document.items()) == [  # type: ignore[attr-defined]
        ("type", "object"),
        ("b", 1.0),
        ("a", "é"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tools = 5", "`tools`: Expected a table, found integer"),
        ("[tools]\nq = 5", "`tools.q`: Expected a table, found integer"),
        ('[tools.q]\nparameters = "s.json"', "tools.q: missing field `description`"),
        ('[tools.q]\ndescription = "d"', "tools.q: missing field `parameters`"),
        (
            f"{TOOL}strict = 5",
            "tools.q.strict: invalid type: integer `5`, expected a boolean",
        ),
        (f"{TOOL}name = 5", "tools.q.name: invalid type: integer `5`, expected a string"),
        (
            TOOL.replace('"d"', "[]"),
            "tools.q.description: invalid type: sequence, expected a string",
        ),
        (
            TOOL.replace('"d"', "{}"),
            "tools.q.description: invalid type: map, expected a string",
        ),
        (
            TOOL.replace('"s.json"', "5"),
            "`tools.q.parameters`: Expected a string, found integer",
        ),
        (
            TOOL.replace("tools.q", 'tools."tensorzero::q"'),
            "Tool name cannot start with 'tensorzero::': tensorzero::q",
        ),
    ],
)
def test_a_tool_that_is_not_right_is_refused(problems: Problems, text: str, reason: str) -> None:
    """File, key and reason."""
    assert problems({"t.toml": text, "s.json": "{}"}) == (f"t.toml: {reason}",)


@pytest.mark.parametrize(
    ("text", "key"), [(TOOL, "tools.q.parameters"), (FUNCTION, "functions.f.output_schema")]
)
@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ("{nope", "Failed to parse JSON Schema `s.json`: key must be a string at line 1 column 2"),
        (
            "",
            "Failed to parse JSON Schema `s.json`: EOF while parsing a value at line 1 column 0",
        ),
        (
            '{"const": NaN}',
            "Failed to parse JSON Schema `s.json`: expected value at line 1 column 11",
        ),
        (
            '{"type": "nope"}',
            (
                'Failed to compile JSON Schema `s.json`: "nope" is not valid under '
                "any of the schemas listed in the 'anyOf' keyword"
            ),
        ),
        ('{"pattern": "("}', 'Failed to compile JSON Schema `s.json`: "(" is not a "regex"'),
        (
            '{"items": [{}]}',
            'Failed to compile JSON Schema `s.json`: [{}] is not of types "boolean", "object"',
        ),
        ("5", 'Failed to compile JSON Schema `s.json`: 5 is not of types "boolean", "object"'),
        (
            '"{}"',
            'Failed to compile JSON Schema `s.json`: "{}" is not of types "boolean", "object"',
        ),
        (
            '{"$schema": "http://x/y"}',
            (
                "Failed to compile JSON Schema `s.json`: Unknown meta-schema: 'http://x/y'. "
                "Custom meta-schemas must be registered in the registry before use"
            ),
        ),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(
    problems: Problems, text: str, key: str, schema: str, reason: str
) -> None:
    """It must parse, and compile."""
    assert problems({"t.toml": text, "s.json": schema}) == (f"t.toml: `{key}`: {reason}",)


@pytest.mark.parametrize(
    "schema",
    ['{"const": 1e400}', f'{{"const": {"9" * 5000}}}', '{"not":' * 500 + "{}" + "}" * 500],
    ids=["beyond a double", "5,000 digits", "500 levels"],
)
def test_a_schema_beyond_what_can_be_compiled_is_refused(problems: Problems, schema: str) -> None:
    """A refusal, not a crash."""
    [problem] = problems({"t.toml": TOOL, "s.json": schema})

    assert problem.startswith(
        "t.toml: `tools.q.parameters`: Failed to parse JSON Schema `s.json`: "
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/s.json", "file:///etc/hostname", "o.json"])
def test_a_schema_elsewhere_is_never_fetched(problems: Problems, url: str) -> None:
    """Neither from the network nor from the disk."""
    files = {"t.toml": TOOL, "s.json": f'{{"$ref": "{url}"}}', "o.json": "{}"}

    [problem] = problems(files)

    assert problem.startswith(
        "t.toml: `tools.q.parameters`: Failed to compile JSON Schema `s.json`: "
        f"Resource '{url}' is not present in a registry and retrieving it failed: "
    )
    assert "error sending request" not in problem


def test_a_missing_file_is_refused(problems: Problems) -> None:
    """With the folder in which it was looked for."""
    assert problems({"c/t.toml": TOOL}, "c/*.toml") == (
        (
            "c/t.toml: `tools.q.parameters`: Failed to resolve path `s.json` (base: `c`): "
            "No such file or directory (os error 2)"
        ),
    )


def test_a_directory_is_refused(problems: Problems, folder: Path) -> None:
    """With its whole path, as TensorZero does."""
    assert problems({"t.toml": TOOL.replace("s.json", "c"), "c/s.json": "{}"}) == (
        (
            f"t.toml: `tools.q.parameters`: Expected a file path, but '{folder}/c' is a directory. "
            "Please provide a path to a file."
        ),
    )


def test_a_schema_that_is_not_utf_8_is_refused(folder: Path, write: Write) -> None:
    """JSON is UTF-8."""
    write({"t.toml": TOOL})
    (folder / "s.json").write_bytes(b'"\xff"')

    with pytest.raises(ConfigurationError) as refused:
        load("t.toml")

    assert refused.value.problems == (
        (
            f"t.toml: `tools.q.parameters`: Failed to read file at {folder}/s.json: "
            "stream did not contain valid UTF-8"
        ),
    )


def test_a_path_is_relative_to_the_file_in_which_it_stands(write: Write, folder: Path) -> None:
    """Also where another file opened the table, and above the file's own folder."""
    write(
        {
            "a/t.toml": '[tools.q]\ndescription = "d"\n' + TOOL.replace("q", "r"),
            "b/deep/t.toml": '[tools.q]\nparameters = "../s.json"\n'
            + TOOL.replace("q", "abs").replace("s.json", f"{folder}/c.json"),
            "a/s.json": '{"title": "a"}',
            "b/s.json": '{"title": "b"}',
            "c.json": '{"title": "c"}',
        }
    )

    tools = load("**/t.toml").tools

    assert {key: tool.parameters.document for key, tool in tools.items()} == {
        "r": {"title": "a"},
        "q": {"title": "b"},
        "abs": {"title": "c"},
    }
