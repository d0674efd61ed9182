"""Demonstrations: what a function could have answered, and how it is stored, to the letter."""

import json
from pathlib import Path
from typing import Any

import pytest

from feedback.demonstration.invalid import InvalidDemonstration
from feedback.demonstration.kind import KIND
from feedback.demonstration.library import UnknownFunction
from feedback.demonstration.toolset import DuplicateTool, ToolNotFound
from feedback.json_schema.validation import Validation
from feedback.model import Record
from shared.catalog import Catalog
from shared.document import Json
from shared.refusal import Refusal

FIND: dict[str, Any] = {
    "type": "object",
    "properties": {"q": {"type": "integer"}},
    "required": ["q"],
}
FUNCTIONS: dict[str, Any] = {
    "functions": {
        "chat": {"type": "chat", "tools": ["find"]},
        "bare": {"type": "chat", "tools": []},
        "lost": {"type": "chat", "tools": ["gone"]},
        "json": {"type": "json", "output_schema": json.dumps({"type": "integer"})},
        "tensorzero::llm_judge::e::j": {"type": "json", "output_schema": "{}"},
    },
    "tools": {
        "find": {"name": "search", "parameters": json.dumps(FIND)},
        "other": {"name": "other", "parameters": "{}"},
    },
}
JUDGE: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "required": ["thinking", "score"],
    "additionalProperties": False,
    "properties": {
        "thinking": {
            "type": "string",
            "description": "The reasoning or thought process behind the judgment",
        },
        "score": {"type": "number", "description": "The score assigned as a number"},
    },
}
CALL: dict[str, Any] = {"type": "tool_call", "id": "1", "name": "search", "arguments": {"q": 1}}
CUSTOM = {"type": "openai_custom", "name": "custom"}
VALIDATION = Validation(512)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Make a compiled configuration of these functions."""
    (tmp_path / "functions.json").write_text(json.dumps(FUNCTIONS))
    return Catalog("", True, True, False, {}, tmp_path)  # noqa: FBT003 - its switches, in order


def _stored(catalog: Catalog, value: Json, function: str, **recorded: Any) -> str:
    texts = {name: json.dumps(document) for name, document in recorded.items()}
    record = Record(function_name=function, **texts)
    return str(KIND.complete(value, record, catalog, VALIDATION.begin(lambda: 60)))


@pytest.mark.parametrize(
    ("function", "value", "stored"),
    [
        ("chat", "é", '[{"type":"text","text":"é"}]'),
        ("chat", "", '[{"type":"text","text":""}]'),
        ("chat", [], "[]"),
        ("tensorzero::default", "a", '[{"type":"text","text":"a"}]'),
        ("chat", [{"text": "a", "type": "text"}], '[{"type":"text","text":"a"}]'),
        (
            "chat",
            [{"arguments": {"z": "é", "q": 1.0}, "raw_name": 5, **CALL, "id": ""}],
            (
                '[{"type":"tool_call","id":"","raw_name":"search","raw_arguments":"{\\"q\\":1}",'
                '"name":"search","arguments":{"q":1}}]'
            ),
        ),
        (
            "chat",
            [{**CALL, "arguments": {"z": [1e-5, "é"], "q": 2.0}}],
            (
                '[{"type":"tool_call","id":"1","raw_name":"search",'
                '"raw_arguments":"{\\"z\\":[0.00001,\\"é\\"],\\"q\\":2.0}",'
                '"name":"search","arguments":{"z":[0.00001,"é"],"q":2.0}}]'
            ),
        ),
        ("json", 5, '{"raw":"5","parsed":5}'),
    ],
)
def test_it_is_stored_to_the_letter(
    function: str, value: Json, stored: str, catalog: Catalog
) -> None:
    """Key order and number text included."""
    assert _stored(catalog, value, function) == stored


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("a", 'invalid type: string "a", expected object'),
        (5, "invalid type: number, expected object"),
        (1.5, "invalid type: number, expected object"),
        (None, "invalid type: null, expected object"),
        ([1], "invalid type: sequence, expected object"),
        (True, "invalid type: boolean `true`, expected object"),
        ({}, "missing tag field `type`, a string"),
        ({"type": 1}, "missing tag field `type`, a string"),
        ({"type": "Text"}, "unknown variant `Text`, expected `text` or `tool_call`"),
        ({"type": ""}, "unknown variant ``, expected `text` or `tool_call`"),
        ({"type": "text"}, "missing field `text`"),
        ({"type": "text", "text": "", "x": 1}, "x: unknown field `x`, expected `text`"),
        ({"type": "text", "text": 1}, "text: invalid type: integer `1`, expected a string"),
        ({"type": "tool_call"}, "missing field `name`"),
        ({"type": "tool_call", "name": "n"}, "missing field `arguments`"),
        ({"type": "tool_call", "name": "n", "arguments": 1}, "missing field `id`"),
        ({**CALL, "id": 1}, "id: invalid type: integer `1`, expected a string"),
    ],
)
def test_a_malformed_block_is_refused(block: Json, reason: str, catalog: Catalog) -> None:
    """In TensorZero's words, before any tool is looked at."""
    unknown = {**CALL, "name": "nope"}

    with pytest.raises(InvalidDemonstration) as refusal:
        _stored(catalog, [unknown, block], "chat")

    assert str(refusal.value) == f"Invalid demonstration content block: {reason}"


NAME = "Demonstration contains invalid tool name"
ARGUMENTS = "Demonstration contains invalid tool call arguments"


@pytest.mark.parametrize(
    ("value", "recorded", "kind", "message"),
    [
        ([{**CALL, "name": "find"}], {}, InvalidDemonstration, NAME),
        ([{**CALL, "name": "other"}], {}, InvalidDemonstration, NAME),
        ([{**CALL, "arguments": {}}], {}, InvalidDemonstration, ARGUMENTS),
        ([{**CALL, "arguments": '{"q":1}'}], {}, InvalidDemonstration, ARGUMENTS),
        ([{**CALL, "arguments": None}], {}, InvalidDemonstration, ARGUMENTS),
        (
            [{**CALL, "name": "custom"}],
            {"additional_tools": [CUSTOM]},
            InvalidDemonstration,
            ARGUMENTS,
        ),
        ("x", {"allowed_tools": ["gone"]}, ToolNotFound, "Tool not found: gone"),
        ("x", {"tool_choice": {"specific": "gone"}}, ToolNotFound, "Tool not found: gone"),
        (
            "x",
            {"additional_tools": [{"name": "search", "parameters": {}}]},
            DuplicateTool,
            "Duplicate tool name: search. Tool names must be unique.",
        ),
        (
            {"text": "x"},
            {},
            InvalidDemonstration,
            "Demonstration must be a string or an array of content blocks",
        ),
    ],
)
def test_a_demonstration_of_other_tools_is_refused(
    value: Json, recorded: dict[str, Any], kind: type[Refusal], message: str, catalog: Catalog
) -> None:
    """Tools go by their display name; a text too needs the inference's tools to be there."""
    with pytest.raises(kind) as refusal:
        _stored(catalog, value, "chat", tool_params=recorded)

    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("tool", "recorded"),
    [
        ("search", {"allowed_tools": []}),
        ("search", {"tool_choice": "none"}),
        ("search", {"tool_choice": {"specific": "search"}}),
        ("other", {"allowed_tools": ["other"]}),
        ("mine", {"additional_tools": [{"name": "mine", "parameters": FIND}]}),
        (
            "mine",
            {
                "additional_tools": [{"name": "mine", "parameters": FIND}],
                "allowed_tools": ["mine"],
            },
        ),
    ],
)
def test_a_tool_of_the_inference_can_be_demonstrated(
    tool: str, recorded: dict[str, Any], catalog: Catalog
) -> None:
    """Its function's, whatever was allowed; those allowed besides; and those given with it."""
    stored = _stored(catalog, [{**CALL, "name": tool}], "chat", tool_params=recorded)

    assert json.loads(stored)[0]["name"] == tool


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        ("nope", UnknownFunction, "Unknown function: nope"),
        ("lost", ToolNotFound, "Tool not found: gone"),
    ],
)
def test_a_function_that_is_gone_is_told(
    function: str, kind: type[Refusal], message: str, catalog: Catalog
) -> None:
    """And so is a tool of it."""
    with pytest.raises(kind) as refusal:
        _stored(catalog, "x", function)

    assert str(refusal.value) == message


@pytest.mark.parametrize("debug", [False, True])
def test_a_value_that_does_not_fit_is_told_with_the_schema(debug: bool, catalog: Catalog) -> None:
    """And with the value, where the gateway's debug mode is on."""
    told = Catalog("", True, True, debug, {}, catalog.folder)  # noqa: FBT003 - as above

    with pytest.raises(InvalidDemonstration) as refusal:
        _stored(told, "5", "json")

    assert str(refusal.value) == (
        "Demonstration does not fit function output schema: JSON Schema validation failed:\n"
        '"5" is not of type "integer"'
        + ('\n\nData:\n"5"' if debug else "")
        + '\n\nSchema:\n{"type": "integer"}'
    )


def test_the_recorded_schema_counts_not_the_functions_own(catalog: Catalog) -> None:
    """It is the one that the inference was made under."""
    assert _stored(catalog, "5", "json", output_schema={"type": "string"})
    with pytest.raises(InvalidDemonstration):
        _stored(catalog, 5, "json", output_schema={"type": "string"})


@pytest.mark.parametrize("kind", ["number", "boolean"])
def test_a_judge_is_demonstrated_without_its_thinking(kind: str, catalog: Catalog) -> None:
    """Under the two schemas that judges have had; with it, the verdict is refused."""
    description = {
        "number": "The score assigned as a number",
        "boolean": "The LLM judge's score as a boolean",
    }[kind]
    score = {"type": kind, "description": description}
    schema = {**JUDGE, "properties": {**JUDGE["properties"], "score": score}}
    verdict = {"number": 0.5, "boolean": True}[kind]
    judge = "tensorzero::llm_judge::e::j"

    stored = _stored(catalog, {"score": verdict}, judge, output_schema=schema)
    assert json.loads(stored)["parsed"] == {"score": verdict}
    with pytest.raises(InvalidDemonstration):
        _stored(catalog, {"thinking": "", "score": verdict}, judge, output_schema=schema)


def test_a_judge_with_another_schema_is_held_to_it(catalog: Catalog) -> None:
    """Only those two are replaced, and only for judges."""
    judge = "tensorzero::llm_judge::e::j"

    with pytest.raises(InvalidDemonstration):
        _stored(catalog, {"score": 1}, judge, output_schema={**JUDGE, "title": "mine"})
    with pytest.raises(InvalidDemonstration):
        _stored(catalog, {"score": 1}, "json", output_schema=JUDGE)
