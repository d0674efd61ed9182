"""A recorded inference: which fields it has, and what is refused."""

from typing import Any

import pytest

from feedback.rows import inference_item
from inferences.request import InferenceRequest
from shared.document import Json
from shared.fields import InvalidField, MissingField, UnknownField
from shared.items import ItemTooLarge
from shared.refusal import Refusal

INFERENCE = "0192c4a0-7e00-7000-8000-000000000001"
EPISODE = "0192c4a0-7e00-7000-8000-000000000002"
MINIMAL: dict[str, Json] = {
    "inference_id": INFERENCE,
    "episode_id": EPISODE,
    "function_name": "f",
    "variant_name": "v",
}


def _refusal(document: Json) -> Refusal:
    with pytest.raises(Refusal) as caught:
        InferenceRequest.parse(document)
    return caught.value


def test_four_fields_are_enough() -> None:
    """They are what a metric or a comment needs."""
    assert inference_item(InferenceRequest.parse(MINIMAL)) == {
        "target_id": {"S": INFERENCE},
        "target_type": {"S": "inference"},
        "episode_id": {"S": EPISODE},
        "function_name": {"S": "f"},
        "variant_name": {"S": "v"},
    }


def test_ids_are_kept_in_their_canonical_form() -> None:
    """Whichever spelling they are given in: feedback finds them by it."""
    document = {
        **MINIMAL,
        "inference_id": f"{{{INFERENCE.upper()}}}",
        "episode_id": EPISODE.replace("-", ""),
    }

    assert InferenceRequest.parse(document) == InferenceRequest.parse(MINIMAL)


@pytest.mark.parametrize("name", MINIMAL)
def test_each_of_the_four_is_required(name: str) -> None:
    """The refusal names it."""
    refusal = _refusal({key: value for key, value in MINIMAL.items() if key != name})

    assert isinstance(refusal, MissingField)
    assert str(refusal).startswith(f"{name}: ")


@pytest.mark.parametrize("value", [None, True, 5, 1.5, [], {}, ""])
@pytest.mark.parametrize("name", MINIMAL)
def test_each_of_the_four_is_a_text(name: str, value: Json) -> None:
    """And none is empty."""
    refusal = _refusal({**MINIMAL, name: value})

    assert isinstance(refusal, InvalidField)
    assert str(refusal).startswith(f"{name}: ")


@pytest.mark.parametrize("name", ["inference_id", "episode_id"])
@pytest.mark.parametrize(
    ("uuid", "reason"),
    [
        ("abc", "expected a UUID"),
        (f"{INFERENCE} ", "expected a UUID"),
        ("0192c4a0-7e00-4000-8000-000000000001", "Failed to parse UUID as v7: 0192c4a0-7e00-4"),
        ("00000000-0000-0000-0000-000000000000", "Failed to parse UUID as v7: 00000000-"),
    ],
)
def test_an_id_is_a_uuid_of_version_7(name: str, uuid: str, reason: str) -> None:
    """No feedback could be given on any other."""
    refusal = _refusal({**MINIMAL, name: uuid})

    assert isinstance(refusal, InvalidField)
    assert str(refusal).startswith(f"{name}: ")
    assert reason in str(refusal)


def test_an_inference_is_not_its_own_episode() -> None:
    """One id stands for one thing."""
    refusal = _refusal({**MINIMAL, "episode_id": INFERENCE})

    assert isinstance(refusal, InvalidField)
    assert str(refusal).startswith("body: ")
    assert "must differ" in str(refusal)


def test_an_unknown_field_is_refused() -> None:
    """By its name."""
    refusal = _refusal({**MINIMAL, "foo": 1})

    assert isinstance(refusal, UnknownField)
    assert str(refusal).startswith("foo: ")


@pytest.mark.parametrize("document", [None, True, 1, "x", [], [MINIMAL]])
def test_a_body_that_is_no_object_is_refused(document: Json) -> None:
    """Whatever it is instead."""
    refusal = _refusal(document)

    assert isinstance(refusal, InvalidField)
    assert str(refusal).startswith("body: ")


HUGE = "x" * 500_000


@pytest.mark.parametrize(
    "document",
    [HUGE, {HUGE: 1, **MINIMAL}, {**MINIMAL, "inference_id": HUGE}, {**MINIMAL, "output": [HUGE]}],
)
def test_nothing_of_a_caller_is_repeated_at_length(document: Any) -> None:
    """Neither names nor values; and what is too large for an item is refused as that."""
    with pytest.raises(Refusal) as caught:
        inference_item(InferenceRequest.parse(document))

    assert len(str(caught.value)) < 500


def test_a_record_of_more_than_400_kb_is_refused() -> None:
    """Before DynamoDB is asked."""
    with pytest.raises(ItemTooLarge):
        inference_item(InferenceRequest.parse({**MINIMAL, "function_name": HUGE}))


TOOL: dict[str, Json] = {"name": "t", "parameters": {"type": "object"}}


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"output": [{"type": "text", "text": "é"}]}, {"output": '[{"text":"é","type":"text"}]'}),
        ({"output": {"b": 1, "a": 1e-5}}, {"output": '{"a":0.00001,"b":1}'}),
        ({"output": None}, {}),
        ({"output_schema": {"b": 1, "a": 1}}, {"output_schema": '{"b":1,"a":1}'}),
        ({"output_schema": True}, {"output_schema": "true"}),
        ({"output_schema": False}, {"output_schema": "false"}),
        ({"parallel_tool_calls": False}, {"tool_params": '{"parallel_tool_calls":false}'}),
        ({"allowed_tools": []}, {"tool_params": '{"allowed_tools":[]}'}),
        ({"tool_choice": "auto"}, {"tool_params": '{"tool_choice":"auto"}'}),
        (
            {"tool_choice": {"specific": "t"}},
            {"tool_params": '{"tool_choice":{"specific":"t"}}'},
        ),
        ({"additional_tools": None, "tool_choice": None}, {}),
    ],
)
def test_what_demonstrations_need_is_kept_as_json_texts(
    given: dict[str, Json], stored: dict[str, str]
) -> None:
    """An output with sorted keys, for it is found by its text."""
    item = inference_item(InferenceRequest.parse({**MINIMAL, **given}))
    kept = {
        name: item[name]["S"] for name in ("tool_params", "output_schema", "output") if name in item
    }

    assert kept == stored


def test_an_additional_tool_is_kept_with_its_schema() -> None:
    """In a form that a demonstration's tool set is made from."""
    item = inference_item(InferenceRequest.parse({**MINIMAL, "additional_tools": [TOOL]}))

    assert '"name":"t"' in item["tool_params"]["S"]
    assert '"parameters":{"type":"object"}' in item["tool_params"]["S"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"additional_tools": [{"name": "t"}]}, "additional_tools.0: "),
        ({"additional_tools": [{**TOOL, "name": ""}]}, "additional_tools.0.name: "),
        ({"additional_tools": [{**TOOL, "type": "x"}]}, "additional_tools.0.type: "),
        ({"additional_tools": {}}, "additional_tools: "),
        ({"allowed_tools": "t"}, "allowed_tools: "),
        ({"allowed_tools": [1]}, "allowed_tools.0: "),
        ({"tool_choice": "t"}, "tool_choice."),
        ({"parallel_tool_calls": 1}, "parallel_tool_calls: "),
    ],
)
def test_a_wrong_tool_is_told_by_its_path(given: dict[str, Json], told: str) -> None:
    """Down to the part that is wrong."""
    refusal = _refusal({**MINIMAL, **given})

    assert isinstance(refusal, InvalidField)
    assert str(refusal).startswith(told)


def test_a_custom_tool_needs_no_parameters() -> None:
    """It has a format of its own."""
    tool: Json = {"type": "openai_custom", "name": "t"}

    item = inference_item(InferenceRequest.parse({**MINIMAL, "additional_tools": [tool]}))

    assert '"type":"openai_custom"' in item["tool_params"]["S"]
