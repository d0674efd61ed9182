"""A recorded inference: which fields it has, what is kept of it, and what is refused."""

from typing import Any

import pytest

from feedback.model import Inference, Record
from inferences.request import InferenceRequest
from shared.document import Json
from shared.fields import InvalidField, MissingField, UnknownField
from shared.refusal import Refusal
from shared.uuids import Uuid

INFERENCE = Uuid("0192c4a0-7e00-7000-8000-000000000001")
EPISODE = Uuid("0192c4a0-7e00-7000-8000-000000000002")
MINIMAL: dict[str, Json] = {
    "inference_id": INFERENCE,
    "episode_id": EPISODE,
    "function_name": "f",
    "variant_name": "v",
}
HUGE = "x" * 500_000
TOOL: dict[str, Json] = {"name": "t", "parameters": {"type": "object"}}
CUSTOM: dict[str, Json] = {"type": "openai_custom", "name": "t"}
KEPT_TOOL = '{"type":"function","name":"t","parameters":{"type":"object"},"strict":false}'
KEPT_CUSTOM = '{"type":"openai_custom","name":"t","strict":false}'
DIFFER = "inference_id and episode_id must differ"
PARAMETERS = "a function tool needs parameters, its JSON Schema"
NO_V7 = "0192c4a0-7e00-4000-8000-000000000001"


def _refusal(document: Json) -> tuple[type[Refusal], str]:
    with pytest.raises(Refusal) as caught:
        InferenceRequest.parse(document)
    return caught.type, str(caught.value)


def test_four_fields_are_enough() -> None:
    """They are what a metric or a comment needs; an id may be spelled in any way."""
    spelled = {
        "inference_id": f"{{{INFERENCE.upper()}}}",
        "episode_id": EPISODE.replace("-", ""),
    }

    request = InferenceRequest.parse({**MINIMAL, **spelled})

    assert request.to_inference() == Inference(INFERENCE, EPISODE, "v", Record("f"))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"output": [{"type": "text", "text": "é"}]}, {"output": '[{"text":"é","type":"text"}]'}),
        ({"output": {"b": 1, "a": 1e-5}}, {"output": '{"a":0.00001,"b":1}'}),
        ({"output": None, "additional_tools": None, "tool_choice": None}, {}),
        ({"output_schema": {"b": 1, "a": 1}}, {"output_schema": '{"b":1,"a":1}'}),
        ({"output_schema": False}, {"output_schema": "false"}),
        ({"parallel_tool_calls": False}, {"tool_params": '{"parallel_tool_calls":false}'}),
        (
            {"additional_tools": [TOOL, CUSTOM]},
            {"tool_params": f'{{"additional_tools":[{KEPT_TOOL},{KEPT_CUSTOM}]}}'},
        ),
        ({"allowed_tools": []}, {"tool_params": '{"allowed_tools":[]}'}),
        ({"tool_choice": {"specific": "t"}}, {"tool_params": '{"tool_choice":{"specific":"t"}}'}),
    ],
    ids=str,
)
def test_what_demonstrations_need_is_kept_as_json_texts(
    given: dict[str, Json], kept: dict[str, str]
) -> None:
    """An output with sorted keys, for it is found by its text; a custom tool without a schema."""
    request = InferenceRequest.parse({**MINIMAL, **given})

    assert request.to_inference().record == Record("f", **kept)


@pytest.mark.parametrize("value", [None, True, 5, [], {}, ""], ids=repr)
@pytest.mark.parametrize("name", MINIMAL)
def test_each_of_the_four_is_a_text_and_required(name: str, value: Json) -> None:
    """The refusal names it."""
    wrong, wrong_text = _refusal({**MINIMAL, name: value})
    missing, text = _refusal({key: MINIMAL[key] for key in MINIMAL if key != name})

    assert (wrong, missing) == (InvalidField, MissingField)
    assert wrong_text.startswith(f"{name}: ")
    assert text.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("document", "kind", "text"),
    [
        *((document, InvalidField, "body: ") for document in (None, 1, "x", [], [MINIMAL])),
        ({**MINIMAL, "foo": 1}, UnknownField, "foo: "),
        ({**MINIMAL, "episode_id": INFERENCE}, InvalidField, f"body: {DIFFER}"),
        *(
            ({**MINIMAL, name: uuid}, InvalidField, f"{name}: {reason}")
            for name in ("inference_id", "episode_id")
            for uuid, reason in (
                (f"{INFERENCE} ", "expected a UUID"),
                (NO_V7, f"Failed to parse UUID as v7: {NO_V7}"),
            )
        ),
        *(
            ({**MINIMAL, "additional_tools": tools}, InvalidField, f"additional_tools{text}")
            for tools, text in (
                ([{"name": "t"}], f".0: {PARAMETERS}"),
                ([{**TOOL, "name": ""}], ".0.name: "),
                ([{**TOOL, "type": "x"}], ".0.type: "),
                ([1], ".0: expected an object"),
                ({}, ": "),
            )
        ),
        ({**MINIMAL, "allowed_tools": [1]}, InvalidField, "allowed_tools.0: "),
        ({**MINIMAL, "tool_choice": "t"}, InvalidField, "tool_choice."),
        ([MINIMAL], InvalidField, "body: expected an object"),
        ({**MINIMAL, "parallel_tool_calls": 1}, InvalidField, "parallel_tool_calls: "),
    ],
)
def test_a_wrong_field_is_reported_by_its_path(
    document: Json, kind: type[Refusal], text: str
) -> None:
    """Down to the part that is wrong, in our own words where the rule is ours."""
    refused, shown = _refusal(document)

    assert refused is kind
    assert shown.startswith(text)


@pytest.mark.parametrize(
    "document",
    [HUGE, {HUGE: 1, **MINIMAL}, {**MINIMAL, "inference_id": HUGE}],
    ids=["body", "name", "value"],
)
def test_nothing_of_a_caller_is_repeated_at_length(document: Any) -> None:
    """Neither names nor values."""
    assert len(_refusal(document)[1]) < 500
