"""What the stack costs by the published prices, as the documents say it."""

import json
from typing import Any

import pytest

from tests.docs.markdown import Document
from tests.support.deployment import decided
from tests.support.template import Template
from tests.template.transform import packaged, translated
from tools.costs import (
    ALONE,
    PRICES,
    TOGETHER,
    Unpriced,
    access_line,
    counting,
    idle,
    million,
    recording,
)

STACKS: dict[str, dict[str, str]] = {
    "development": {"Stage": "dev"},
    "staging": {"Stage": "staging"},
    "production": {"Stage": "prod"},
    "production, with `Aggregates=off`": {"Stage": "prod", "Aggregates": "off"},
    "production, with `SnapStart=true`": {"Stage": "prod", "SnapStart": "true"},
}
"""As samconfig.toml has them, unless they say otherwise."""
OPERATIONS = Document.at("docs/operations.md")


@pytest.fixture(scope="module")
def stacks() -> dict[str, Template]:
    """Let SAM make them, with all their conditions decided."""
    made = translated(
        *(packaged(**{"Aggregates": "on", **parameters}) for parameters in STACKS.values())
    )
    return {name: decided(one) for name, one in zip(STACKS, made, strict=True)}


def test_a_development_stack_that_nobody_calls_costs_nothing(stacks: dict[str, Template]) -> None:
    """Within the alarms that are free in each account."""
    assert sum(idle(stacks["development"]).values()) == 0


def test_the_document_says_what_an_idle_stack_costs(stacks: dict[str, Template]) -> None:
    """Of every stage."""
    documented = {row[0]: row[1] for row in OPERATIONS.table("| idle stack | dollars a month |")}

    assert documented == {name: f"{sum(idle(one).values()):.2f}" for name, one in stacks.items()}


def test_a_million_requests_cost_what_the_document_says(stacks: dict[str, Template]) -> None:
    """With target validation and an API key: at most 2.15 dollars."""
    costs = million(stacks["production"])
    together = sum(costs.values())
    documented = {row[0]: row[1] for row in OPERATIONS.table("| part | dollars |")}

    assert documented == {
        **{part: f"{dollars:.3f}" for part, dollars in costs.items()},
        "together": f"{together:.2f}",
    }
    assert together <= 2.15


def test_counting_a_million_votes_costs_what_the_document_says(
    stacks: dict[str, Template],
) -> None:
    """Each alone, and in full batches."""
    alone, together = (counting(stacks["production"], votes) for votes in (ALONE, TOGETHER))
    documented = OPERATIONS.table("| part of counting | each alone | in full batches |")

    assert {row[0]: row[1:] for row in documented} == {
        **{part: [f"{alone[part]:.3f}", f"{together[part]:.3f}"] for part in alone},
        "together": [f"{sum(one.values()):.2f}" for one in (alone, together)],
    }
    without = sum(million(stacks["production"]).values())
    least, most = (f"{without + sum(one.values()):.2f}" for one in (together, alone))
    assert f"{recording():.2f} dollars a million inferences" in OPERATIONS.text
    assert f"cost between {least} and {most} dollars, and {without:.2f} with" in OPERATIONS.text


def test_the_document_says_where_the_prices_are_from() -> None:
    """Each page of AWS, and when it was seen."""
    for price in PRICES.values():
        assert price.page in OPERATIONS.text.replace("\n", " ")
        assert price.seen in OPERATIONS.text


def test_the_access_log_is_json_and_short(stacks: dict[str, Template]) -> None:
    """Of a request that succeeds: a byte of it costs as much as a tenth of a millisecond."""
    line = access_line(stacks["production"])

    assert json.loads(line)["route"] == "POST /feedback"
    assert len(line) <= 250


@pytest.mark.parametrize(
    "resource",
    [
        {"Type": "AWS::EC2::NatGateway"},
        {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PROVISIONED"}},
    ],
    ids=lambda resource: resource["Type"],
)
def test_what_has_no_price_is_not_taken_for_free(
    resource: dict[str, Any], stacks: dict[str, Template]
) -> None:
    """Whoever adds something says what it costs."""
    resources = {**stacks["development"]["Resources"], "New": resource}

    with pytest.raises(Unpriced):
        idle({**stacks["development"], "Resources": resources})
