"""The configurations of this repository are in order."""

from pathlib import Path

import pytest

from configuration.catalog import load
from configuration.function import Function
from configuration.metric import Metric

ROOT = Path(__file__).parents[3]
RECORDED = sorted((ROOT / "tests/conformance/config").glob("*.toml"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_configuration_that_tensorzero_ran_with_loads(path: Path) -> None:
    """The recorded answers were given under these."""
    catalog = load(str(path))

    assert catalog.metrics["weird-name.1:a/b"] == Metric("float", "inference")
    assert catalog.functions["chat_tool2"] == Function("chat", ("get_temperature", "other_tool"))
    assert catalog.gateway.observability == (path.stem != "obs_off")
    assert catalog.gateway.target_validation == (path.stem != "noval")


def test_there_are_recorded_configurations() -> None:
    """The test above is not empty."""
    assert len(RECORDED) == 5


def test_the_example_has_one_of_each() -> None:
    """It starts from the metrics of the API's reference."""
    catalog = load(str(ROOT / "layers/config/tensorzero.toml"))

    assert catalog.metrics == {
        "draft_accepted": Metric("boolean", "inference"),
        "edit_distance": Metric("float", "inference"),
        "ticket_resolved": Metric("boolean", "episode"),
        "user_rating": Metric("float", "episode"),
        "tensorzero::function_name::draft_reply::evaluator_name::same_reply": Metric(
            "boolean", "inference"
        ),
        "tensorzero::evaluation_name::ticket_routing::evaluator_name::same_class": Metric(
            "boolean", "inference"
        ),
    }
    assert {name: function.type for name, function in catalog.functions.items()} == {
        "draft_reply": "chat",
        "classify_ticket": "json",
    }
    assert list(catalog.tools) == ["find_order"]
