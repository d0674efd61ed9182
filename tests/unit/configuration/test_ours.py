"""The configurations of this repository's own tests are in order."""

from pathlib import Path

import pytest

from configuration.function import Function
from configuration.loading import load
from configuration.metric import Metric
from tests.support.lambdas import CONFIGURATION
from tests.support.template import ROOT

RECORDED = sorted((ROOT / "tests/conformance/config").glob("*.toml"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_a_configuration_that_tensorzero_ran_with_loads(path: Path) -> None:
    """The recorded answers were given under these."""
    configuration = load(str(path))

    assert configuration.metrics["weird-name.1:a/b"] == Metric("float", "inference")
    assert configuration.functions["chat_tool2"] == Function(
        "chat", ("get_temperature", "other_tool"), variants=("v",)
    )
    assert configuration.gateway.observability == (path.stem != "obs_off")
    assert configuration.gateway.target_validation == (path.stem != "noval")
    assert configuration.warnings == ()


def test_there_are_recorded_configurations() -> None:
    """The test above is not empty."""
    assert len(RECORDED) == 5


def test_the_configuration_of_the_tests_has_one_of_each() -> None:
    """Metrics of both types and levels, functions of both types, a tool, both evaluators."""
    configuration = load(str(CONFIGURATION))

    assert configuration.metrics == {
        "draft_accepted": Metric("boolean", "inference"),
        "edit_distance": Metric("float", "inference", "min"),
        "ticket_resolved": Metric("boolean", "episode"),
        "user_rating": Metric("float", "episode"),
        "tensorzero::function_name::draft_reply::evaluator_name::same_reply": Metric(
            "boolean", "inference"
        ),
        "tensorzero::evaluation_name::ticket_routing::evaluator_name::same_class": Metric(
            "boolean", "inference"
        ),
    }
    assert {name: function.type for name, function in configuration.functions.items()} == {
        "draft_reply": "chat",
        "classify_ticket": "json",
    }
    assert {function.variants for function in configuration.functions.values()} == {("baseline",)}
    assert list(configuration.tools) == ["find_order"]
    assert configuration.warnings == ()
