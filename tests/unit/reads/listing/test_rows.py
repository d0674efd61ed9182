"""A listed inference: TensorZero's keys, of what is recorded."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.aggregates.strategies import uuid
from tests.unit.reads.listing.world import START, World, inference_id

TEXT = [{"type": "text", "text": "x"}]
BASE = {
    "inference_id": inference_id(1),
    "episode_id": uuid(START, 10**6 + 1),
    "function_name": "f",
    "variant_name": "a",
    "timestamp": "2026-03-02T10:00:01.250Z",
    "tags": {},
    "dispreferred_outputs": [],
}


def _list(world: World, **body: Any) -> list[dict[str, Any]]:
    status, answer = world.reads.list({"function_name": "f", **body})
    assert status == 200, answer
    rows: list[dict[str, Any]] = answer["inferences"]
    return rows


def test_an_inference_is_shown_as_it_was_recorded(tmp_path: Path) -> None:
    """With its tools and its output; and what TensorZero always has."""
    world = World(tmp_path)
    world.record(1, tool_params={"tool_choice": "auto"}, output=TEXT)

    assert _list(world) == [{"type": "chat", **BASE, "tool_choice": "auto", "output": TEXT}]
    assert _list(world, output_source="none") == [{"type": "chat", **BASE, "tool_choice": "auto"}]
    assert _list(world, output_source="demonstration") == []


@pytest.mark.parametrize("recorded", [{}, {"output": TEXT}])
def test_a_demonstration_stands_in_the_outputs_place(
    tmp_path: Path, recorded: dict[str, Any]
) -> None:
    """The output is what was not preferred, if it is known."""
    world = World(tmp_path)
    world.record(1, **recorded)
    world.record(2)
    world.demonstrate(1, [{"type": "text", "text": "better"}])

    assert _list(world, output_source="demonstration") == [
        {
            "type": "chat",
            **BASE,
            "output": [{"type": "text", "text": "better"}],
            "dispreferred_outputs": [*recorded.values()],
        }
    ]


@pytest.mark.parametrize(
    ("recorded", "kind"),
    [
        ({"output": {"raw": "{}", "parsed": {}}}, "json"),
        ({"output_schema": {}}, "json"),
        ({"output": TEXT}, "chat"),
        ({}, "chat"),
    ],
)
def test_the_type_of_a_function_that_is_gone_is_told_by_what_was_recorded(
    tmp_path: Path, recorded: dict[str, Any], kind: str
) -> None:
    """It is listed by its episode."""
    world = World(tmp_path)
    world.record(1, "gone", **recorded)

    _, answer = world.reads.list({"episode_id": uuid(START, 10**6 + 1)})

    [row] = answer["inferences"]
    assert (row["type"], row["function_name"]) == (kind, "gone")


@pytest.mark.parametrize("source", ["inference", "demonstration"])
def test_an_inference_that_was_deleted_is_left_out(tmp_path: Path, source: str) -> None:
    """It may still be counted."""
    world = World(tmp_path)
    for number in (1, 2):
        world.record(number)
        world.demonstrate(number, "x")
    world.forget(1)

    [row] = _list(world, output_source=source)
    assert row["inference_id"] == inference_id(2)
