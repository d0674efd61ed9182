"""Demonstrations: what a function could have answered, and how it is stored, to the letter."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feedback.demonstration.invalid import InvalidDemonstration
from feedback.demonstration.json_schema.validation import Validation
from feedback.demonstration.kind import KIND
from feedback.demonstration.toolset import DuplicateTool, ToolNotFound
from feedback.functions import UnknownFunction
from feedback.model import Record
from shared.catalog import Catalog
from shared.document import Json
from shared.refusal import Refusal
from tests.unit.fakes import catalog

FIND: dict[str, Any] = {
    "type": "object",
    "properties": {"q": {"type": "integer"}},
    "required": ["q"],
}
JUDGE = "tensorzero::llm_judge::e::j"
FUNCTIONS: dict[str, Any] = {
    "functions": {
        "chat": {"type": "chat", "tools": ["find"]},
        "lost": {"type": "chat", "tools": ["gone"]},
        "json": {"type": "json", "output_schema": json.dumps({"type": "integer"})},
        JUDGE: {"type": "json", "output_schema": "{}"},
    },
    "tools": {
        "find": {"name": "search", "parameters": json.dumps(FIND)},
        "other": {"name": "other", "parameters": "{}"},
    },
}
VERDICTS: dict[str, tuple[float, str]] = {
    "number": (0.5, "The score assigned as a number"),
    "boolean": (True, "The LLM judge's score as a boolean"),
}
CALL: dict[str, Any] = {"type": "tool_call", "id": "1", "name": "search", "arguments": {"q": 1}}
MINE = {"name": "mine", "parameters": FIND}
VALIDATION = Validation(512)


@pytest.fixture
def known(tmp_path: Path) -> Catalog:
    """Make a compiled configuration of these functions."""
    (tmp_path / "functions.json").write_text(json.dumps(FUNCTIONS))
    return catalog(folder=tmp_path)


def _stored(catalog: Catalog, value: Json, function: str, **recorded: Any) -> str:
    texts = {name: json.dumps(document) for name, document in recorded.items()}
    record = Record(function_name=function, **texts)
    parsed = KIND.parse("demonstration", value)
    return str(KIND.complete(parsed, record, catalog, VALIDATION.begin(lambda: 60)))


def _refusal(catalog: Catalog, value: Json, function: str, **recorded: Any) -> tuple[type, str]:
    with pytest.raises(Refusal) as refusal:
        _stored(catalog, value, function, **recorded)
    return refusal.type, str(refusal.value)


@pytest.mark.parametrize(
    ("function", "value", "stored"),
    [
        ("chat", "é", '[{"type":"text","text":"é"}]'),
        ("chat", [], "[]"),
        ("tensorzero::default", "", '[{"type":"text","text":""}]'),
        ("chat", [{"text": "a", "type": "text"}], '[{"type":"text","text":"a"}]'),
        (
            "chat",
            [{"raw_name": 5, **CALL, "arguments": {"z": [1e-5, "é"], "q": 2.0}}],
            (
                '[{"type":"tool_call","id":"1","raw_name":"search",'
                '"raw_arguments":"{\\"z\\":[0.00001,\\"é\\"],\\"q\\":2.0}",'
                '"name":"search","arguments":{"z":[0.00001,"é"],"q":2.0}}]'
            ),
        ),
        ("json", 5, '{"raw":"5","parsed":5}'),
    ],
    ids=["text", "no blocks", "default function", "text block", "tool call", "json"],
)
def test_it_is_stored_to_the_letter(
    function: str, value: Json, stored: str, known: Catalog
) -> None:
    """Key order and number text included."""
    assert _stored(known, value, function) == stored


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("a", 'invalid type: string "a", expected object'),
        (1.5, "invalid type: number, expected object"),
        (True, "invalid type: boolean `true`, expected object"),
        ({}, "missing tag field `type`, a string"),
        ({"type": 1}, "missing tag field `type`, a string"),
        ({"type": "Text"}, "unknown variant `Text`, expected `text` or `tool_call`"),
        ({"type": "text"}, "missing field `text`"),
        ({"type": "text", "text": "", "x": 1}, "x: unknown field `x`, expected `text`"),
        ({"type": "tool_call"}, "missing field `name`"),
        ({"type": "tool_call", "name": "n"}, "missing field `arguments`"),
        ({"type": "tool_call", "name": "n", "arguments": 1}, "missing field `id`"),
        ({**CALL, "id": 1}, "id: invalid type: integer `1`, expected a string"),
    ],
)
def test_a_malformed_block_is_refused(block: Json, reason: str, known: Catalog) -> None:
    """In TensorZero's words, before any tool is looked at."""
    refused = _refusal(known, [{**CALL, "name": "nope"}, block], "chat")

    assert refused == (
        InvalidDemonstration,
        f"Invalid demonstration content block: {reason}",
    )


NAME = (InvalidDemonstration, "Demonstration contains invalid tool name")
ARGUMENTS = (InvalidDemonstration, "Demonstration contains invalid tool call arguments")
BLOCKS = (
    InvalidDemonstration,
    "Demonstration must be a string or an array of content blocks",
)
GONE = (ToolNotFound, "Tool not found: gone")
TWICE = (DuplicateTool, "Duplicate tool name: search. Tool names must be unique.")


@pytest.mark.parametrize(
    ("value", "params", "refused"),
    [
        ([{**CALL, "name": "find"}], {}, NAME),
        ([{**CALL, "name": "other"}], {}, NAME),
        ([{**CALL, "arguments": {}}], {}, ARGUMENTS),
        ([{**CALL, "arguments": '{"q":1}'}], {}, ARGUMENTS),
        ([{**CALL, "name": "custom"}], {"additional_tools": [{"name": "custom"}]}, ARGUMENTS),
        ("x", {"allowed_tools": ["gone"]}, GONE),
        ("x", {"tool_choice": {"specific": "gone"}}, GONE),
        ("x", {"additional_tools": [{"name": "search", "parameters": {}}]}, TWICE),
        ({"text": "x"}, {}, BLOCKS),
    ],
)
def test_a_demonstration_that_is_no_answer_of_its_function_is_refused(
    value: Json, params: dict[str, Any], refused: tuple[type, str], known: Catalog
) -> None:
    """Tools go by their display name; even for a text, the inference's tools must be known."""
    assert _refusal(known, value, "chat", tool_params=params) == refused


@pytest.mark.parametrize(
    ("function", "refused"),
    [("nope", (UnknownFunction, "Unknown function: nope")), ("lost", GONE)],
)
def test_a_function_that_is_gone_is_reported(
    function: str, refused: tuple[type, str], known: Catalog
) -> None:
    """And so is a tool of it."""
    assert _refusal(known, "x", function) == refused


@pytest.mark.parametrize(
    ("tool", "params"),
    [
        ("search", {"allowed_tools": []}),
        ("search", {"tool_choice": "none"}),
        ("search", {"tool_choice": {"specific": "search"}}),
        ("other", {"allowed_tools": ["other"]}),
        ("mine", {"additional_tools": [MINE]}),
        ("mine", {"additional_tools": [MINE], "allowed_tools": ["mine"]}),
    ],
)
def test_a_tool_of_the_inference_can_be_demonstrated(
    tool: str, params: dict[str, Any], known: Catalog
) -> None:
    """Its function's, whatever was allowed; those allowed besides; and those given with it."""
    stored = _stored(known, [{**CALL, "name": tool}], "chat", tool_params=params)

    assert json.loads(stored)[0]["name"] == tool


@pytest.mark.parametrize("debug", [False, True])
def test_a_value_that_does_not_fit_is_refused_with_the_schema(debug: bool, known: Catalog) -> None:
    """And with the value, where the gateway's debug mode is on."""
    assert _refusal(replace(known, debug=debug), "5", "json") == (
        InvalidDemonstration,
        "Demonstration does not fit function output schema: JSON Schema validation failed:\n"
        '"5" is not of type "integer"'
        + ('\n\nData:\n"5"' if debug else "")
        + '\n\nSchema:\n{"type": "integer"}',
    )


def test_the_recorded_schema_decides_not_the_functions_own(known: Catalog) -> None:
    """It is the one that the inference was made under."""
    assert _stored(known, "5", "json", output_schema={"type": "string"})
    assert _refusal(known, 5, "json", output_schema={"type": "string"})


@pytest.mark.parametrize("type_", VERDICTS)
def test_a_judge_is_demonstrated_without_its_thinking(type_: str, known: Catalog) -> None:
    """Under the two schemas that judges have had; any other is taken as it is."""
    verdict, description = VERDICTS[type_]
    thinking = "The reasoning or thought process behind the judgment"
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "required": ["thinking", "score"],
        "additionalProperties": False,
        "properties": {
            "thinking": {"type": "string", "description": thinking},
            "score": {"type": type_, "description": description},
        },
    }

    stored = _stored(known, {"score": verdict}, JUDGE, output_schema=schema)

    assert json.loads(stored)["parsed"] == {"score": verdict}
    refused: list[tuple[Json, str, Any]] = [
        ({"thinking": "", "score": verdict}, JUDGE, schema),
        ({"score": verdict}, JUDGE, {**schema, "title": "mine"}),
        ({"score": verdict}, "json", schema),
    ]
    for value, function, recorded in refused:
        assert _refusal(known, value, function, output_schema=recorded)[0] is InvalidDemonstration


@pytest.mark.parametrize(
    ("value", "function", "detail"),
    [
        (
            [{"type": "text", "text": ""}, {**CALL, "name": "nope"}],
            "chat",
            {"pointer": "/1/name", "expected": "one of `search`", "found": 'string "nope"'},
        ),
        (
            [{**CALL, "arguments": {"q": "x"}}],
            "chat",
            {
                "pointer": "/0/arguments/q",
                "expected": '"type": "integer"',
                "found": 'string "x"',
            },
        ),
        ("5", "json", {"pointer": "", "expected": '"type": "integer"', "found": 'string "5"'}),
    ],
    ids=["tool", "arguments", "JSON"],
)
def test_a_refusal_says_where_the_demonstration_is_wrong(
    value: Json, function: str, detail: dict[str, str], known: Catalog
) -> None:
    """Beside TensorZero's sentence: the place, what its schema has there, and what was sent."""
    with pytest.raises(InvalidDemonstration) as refusal:
        _stored(known, value, function)

    assert refusal.value.payload["detail"] == detail


def test_a_pointer_that_was_cut_leads_to_the_last_place_on_its_way() -> None:
    """The library leaves out empty names, and a long pointer is cut."""
    refusal = InvalidDemonstration("").at("/a/0/~1/b", "", {"a": [{"/": 5}]})

    assert refusal.detail is not None
    assert refusal.detail["found"] == "integer `5`"
