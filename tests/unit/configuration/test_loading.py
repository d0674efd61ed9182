"""A configuration compiles to the same catalog wherever and however it is written down."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration.layer import to_catalog, to_functions
from configuration.loading import load

Write = Callable[[dict[str, str]], None]
Problems = Callable[..., tuple[str, ...]]

# One key a line, so that the lines can be dealt out to files.
LINES = (
    'metrics.accepted = { type = "boolean", level = "inference", optimize = "max" }',
    'metrics.rating.type = "float"',
    'metrics.rating.level = "episode"',
    'metrics.rating.optimize = "max"',
    'tools.find.description = "d"',
    'tools.find.parameters = "find.json"',
    'functions.chat.type = "chat"',
    'functions.chat.tools = ["find"]',
    "functions.chat.variants.v.weight = 1.0",
    'functions.json.type = "json"',
    'functions.json.output_schema = "out.json"',
    "functions.json.variants.v = {}",
    'functions.json.evaluators.same.type = "exact_match"',
    "gateway.debug = true",
    'models.small.routing = ["openai"]',
    "odd.moments = [1979-05-27T07:32:00Z, 1979-05-27T07:32, 1979-05-27, 07:32:00.5]",
    "odd.numbers = [inf, -inf, nan, 1.0, 1, -0.0, 123456789012345678901234567890]",
)
SCHEMAS = {"find.json": '{"type": "object"}', "out.json": '{"type": ["string", "null"]}'}
WHOLE = {"t.toml": "\n".join(LINES)}


def written(folder: Path, files: dict[str, str]) -> str:
    """Compile all TOML files of a folder, which also holds the schemas; return what is written."""
    for name, text in (SCHEMAS | files).items():
        (folder / name).write_text(text, encoding="utf-8")
    configuration = load(f"{folder}/*.toml")
    return json.dumps([to_catalog(configuration), to_functions(configuration)])


def snapshot_hash(folder: Path, files: dict[str, str]) -> str:
    """Compile them, and return the hash."""
    written(folder, files)
    return load(f"{folder}/*.toml").snapshot_hash


@given(st.permutations(LINES), st.tuples(*[st.integers(0, 3)] * len(LINES)))
def test_a_configuration_split_in_any_way_compiles_to_the_same_catalog(
    lines: list[str], file_of: tuple[int, ...]
) -> None:
    """In any order, over any number of files: what is written is the same to the byte."""
    files: dict[str, str] = {}
    for line, number in zip(lines, file_of, strict=True):
        files[f"{number}.toml"] = files.get(f"{number}.toml", "") + line + "\n"

    with TemporaryDirectory() as whole, TemporaryDirectory() as split:
        assert written(Path(split), files) == written(Path(whole), WHOLE)


def test_the_hash_is_that_of_one_canonical_text(tmp_path: Path) -> None:
    """Keys in order, dates and odd numbers in one form, schemas by the key that names them."""
    text = """
z = [1979-05-27T07:32:00Z, 1979-05-27T07:32:00, 1979-05-27, 07:32:00.5]
a = [inf, -inf, nan, 1.0, 1, "\u00e9"]
tools.t = { parameters = "find.json", description = "d" }
functions.f = { type = "json", output_schema = "out.json", variants = {} }
"""
    canonical = (
        r'[{"a":[Infinity,-Infinity,NaN,1.0,1,"\u00e9"],'
        '"functions":{"f":{"output_schema":"out.json","type":"json","variants":{}}},'
        '"tools":{"t":{"description":"d","parameters":"find.json"}},'
        '"z":[{"datetime":"1979-05-27T07:32:00+00:00"},{"datetime":"1979-05-27T07:32:00"},'
        '{"datetime":"1979-05-27"},{"datetime":"07:32:00.500000"}]},'
        r'[["functions","f","{\"type\": [\"string\", \"null\"]}"],'
        r'["tools","t","{\"type\": \"object\"}"]]]'
    )

    found = snapshot_hash(tmp_path, {"t.toml": text})

    assert found == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("t.toml", '"max"', '"min"'),
        ("t.toml", "weight = 1.0", "weight = 1"),
        ("t.toml", "07:32:00.5", "07:32:00.6"),
        ("t.toml", "07:32:00Z", "07:32:00+01:00"),
        ("t.toml", "nan", "inf"),
        ("t.toml", "debug = true", "debug = false"),
        ("find.json", "object", "array"),
        ("out.json", "string", "array"),
    ],
)
def test_the_hash_tells_every_change(tmp_path: Path, file: str, old: str, new: str) -> None:
    """Of what feedback needs, of what it does not, and of the schemas."""
    before = snapshot_hash(tmp_path, WHOLE)

    after = snapshot_hash(tmp_path, {file: (WHOLE | SCHEMAS)[file].replace(old, new, 1)})

    assert after != before


def test_comments_layout_and_place_do_not_change_the_hash(tmp_path: Path) -> None:
    """Only what the configuration says counts."""
    text = "# a comment\n" + "\n\n".join(reversed(LINES)).replace(" = ", "=", 1)
    (tmp_path / "elsewhere").mkdir()

    moved = snapshot_hash(tmp_path / "elsewhere", {"other.toml": text})

    assert moved == snapshot_hash(tmp_path, WHOLE)


def test_two_schemas_cannot_change_places_unseen(tmp_path: Path) -> None:
    """A content belongs to the key that names it."""
    before = snapshot_hash(tmp_path, WHOLE)
    swapped = {"find.json": SCHEMAS["out.json"], "out.json": SCHEMAS["find.json"]}

    assert snapshot_hash(tmp_path, swapped) != before


def test_a_configuration_knows_the_files_it_was_read_from(write: Write) -> None:
    """The layer shows them, and so does the build."""
    write({"a/1.toml": WHOLE["t.toml"], "2.toml": ""})
    write({f"a/{name}": text for name, text in SCHEMAS.items()})

    configuration = load("**/*.toml")

    assert [str(path) for path in configuration.files] == ["2.toml", "a/1.toml"]
    assert [str(path) for path in configuration.schemas] == ["a/find.json", "a/out.json"]


@pytest.mark.parametrize(
    ("files", "warnings"),
    [
        ({"t.toml": "[metrics]"}, ("no metric, function or tool is configured",)),
        (
            {"a.toml": "", "b.toml": WHOLE["t.toml"], "c.toml": "# nothing yet"},
            ("a.toml: configures nothing", "c.toml: configures nothing"),
        ),
        (
            {"a.toml": "", "b.toml": "[models.m]"},
            ("a.toml: configures nothing", "no metric, function or tool is configured"),
        ),
    ],
)
def test_what_configures_nothing_is_warned_of(
    write: Write, files: dict[str, str], warnings: tuple[str, ...]
) -> None:
    """A file without a key, and a configuration that has nothing for feedback."""
    write(SCHEMAS | files)

    found = [one for one in load("*.toml").warnings if ": odd:" not in one]

    assert tuple(found) == warnings


def test_a_thousand_functions_compile(write: Write) -> None:
    """Each with a tool or a schema of its own."""
    chat = '[tools.t{0}]\ndescription="d"\nparameters="s.json"\n[functions.c{0}]\ntype="chat"\n'
    json = '[functions.j{0}]\ntype="json"\noutput_schema="s.json"\nvariants={{}}\n'
    text = (chat + 'tools=["t{0}"]\nvariants={{}}\n' + json).format
    write({"t.toml": "".join(text(number) for number in range(500)), "s.json": "{}"})

    configuration = load("t.toml")

    assert (len(configuration.functions), len(configuration.tools)) == (1000, 500)
    assert configuration.functions["c499"].tools == ("t499",)


def test_problems_of_every_section_are_reported_together(problems: Problems) -> None:
    """One build shows them all, each once."""
    text = """
functions.f = 1
functions.g = { type = "chat", tools = ["nope"], variants = {} }
metrics.comment = 1
tools.t = {}
gateway.debug = 1
evaluations.e.evaluators.x.type = "regexp"
"""

    assert problems({"t.toml": text}) == (
        "t.toml: gateway.debug: invalid type: integer `1`, expected a boolean",
        "t.toml: Metric name 'comment' is reserved and cannot be used",
        "t.toml: metrics.comment: invalid type: integer `1`, expected struct MetricConfig",
        "t.toml: tools.t: missing field `description`",
        "t.toml: tools.t: missing field `parameters`",
        "t.toml: `functions.f`: Expected a table, found integer",
        "t.toml: `functions.g.tools`: tool `nope` is not present in the config",
        (
            "t.toml: evaluations.e.evaluators.x: unknown variant `regexp`, expected one of "
            "`exact_match`, `llm_judge`, `tool_use`, `regex`, `typescript`"
        ),
    )
