"""The schemas of requests in docs/openapi.yaml have room for what the code reads, and no more."""

import json
from typing import Any

import pytest

from batch.request import Element
from feedback import idempotency_key, tags
from feedback.request import FeedbackRequest
from inferences.request import InferenceRequest
from reads.label_query import LabelQuery
from shared import document
from shared.refusal import Refusal
from tests.support.openapi import DOCUMENT, OPERATIONS, is_valid

ID = "0192c4a0-7e00-7000-8000-000000000001"
EPISODE = "0192c4a0-7e00-7000-8000-000000000002"
FEEDBACK = {"metric_name": "draft_accepted", "value": True, "inference_id": ID}
INFERENCE = {
    "inference_id": ID,
    "episode_id": EPISODE,
    "function_name": "draft_reply",
    "variant_name": "v",
}
TOOL = {"name": "t", "parameters": {}}
LABEL = {"metric_name": "m", "output": "{}"}
READERS: dict[str, Any] = {
    "Feedback": lambda value: tags.admit(FeedbackRequest.parse(value).tags, internal=False),
    "FeedbackElement": Element.parse,
    "Inference": InferenceRequest.parse,
    "LabelQuery": LabelQuery.parse,
}
GOOD: dict[str, dict[str, Any]] = {
    "Feedback": FEEDBACK,
    "FeedbackElement": FEEDBACK,
    "Inference": INFERENCE,
    "LabelQuery": LABEL,
}
OTHER = "0192C4A0-7e00-7000-8000-000000000003"
SAMPLES: list[Any] = [
    None,
    True,
    5,
    0.5,
    "",
    "text",
    OTHER,
    OTHER.replace("-7", "-4"),
    [],
    [1],
    {},
    {"a": 1},
]
CASES: list[tuple[str, Any]] = [
    *(
        (name, {**good, field: sample})
        for name, good in GOOD.items()
        for field in [*DOCUMENT["components"]["schemas"][name]["properties"], "unknown"]
        for sample in SAMPLES
    ),
    *(
        (name, {one: value for one, value in good.items() if one != field})
        for name, good in GOOD.items()
        for field in good
    ),
    *((name, sample) for name in GOOD for sample in SAMPLES),
    *(
        ("Feedback", {**FEEDBACK, "tags": given})
        for given in [
            {"": "text"},
            {"n" * tags.MAX_NAME: "v" * tags.MAX_VALUE},
            {"n" * (tags.MAX_NAME + 1): "text"},
            {"name": "v" * (tags.MAX_VALUE + 1)},
            {str(number): "" for number in range(tags.MAX_TAGS)},
            {str(number): "" for number in range(tags.MAX_TAGS + 1)},
        ]
    ),
    *(
        ("FeedbackElement", {**FEEDBACK, "idempotency_key": key})
        for key in [
            "k" * idempotency_key.MAX_LENGTH,
            "k" * (idempotency_key.MAX_LENGTH + 1),
            "two words ~",
            "ä",
            "\n",
        ]
    ),
    *(
        ("Inference", {**INFERENCE, "additional_tools": [tool]})
        for tool in [
            TOOL,
            {"name": "t"},
            {**TOOL, "parameters": None},
            {**TOOL, "type": "function"},
            {"name": "t", "type": "openai_custom"},
            {**TOOL, "type": "other"},
            {**TOOL, "name": ""},
            {**TOOL, "strict": 1},
            {**TOOL, "unknown": 1},
        ]
    ),
    *(
        ("Inference", {**INFERENCE, "tool_choice": choice})
        for choice in ["auto", "any", {"specific": "t"}, {"specific": ""}, {"specific": 1}]
    ),
]


@pytest.mark.parametrize(
    ("name", "value"), CASES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(CASES)]
)
def test_a_schema_has_room_for_what_the_code_reads_and_for_nothing_else(
    name: str, value: Any
) -> None:
    """Each field with values of every type, present and absent, and at its limits."""
    schema = DOCUMENT["components"]["schemas"][name]

    assert is_valid(schema, value) == _is_read(name, value), value


def _is_read(name: str, value: Any) -> bool:
    try:
        READERS[name](document.parse(json.dumps(value).encode()))
    except Refusal:
        return False
    return True


@pytest.mark.parametrize(
    "header", ['"quoted, key"', r'"a \" quote"', "bare", "a,b", "two words", '"open', "", "k" * 256]
)
def test_the_header_is_described_as_it_is_read(header: str) -> None:
    """Quoted or bare."""
    [parameter] = OPERATIONS["POST /feedback"]["parameters"]
    try:
        read = idempotency_key.from_headers({idempotency_key.HEADER: header}) is not None
    except Refusal:
        read = False

    assert is_valid(parameter["schema"], header) == read
