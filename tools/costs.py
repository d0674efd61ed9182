"""What a stack costs by AWS's published prices: idle, and a million requests.

`python -m tools.costs [Name=Value …]` prints it for parameters of the template.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

Template: TypeAlias = Mapping[str, Any]
"""As AWS deploys it: transformed, with its parameters put in and its conditions decided."""
Dollars: TypeAlias = dict[str, float]
"""Of each part."""


class Price(NamedTuple):
    """A price of us-east-1, before volume discounts and Lambda's and DynamoDB's free tiers."""

    dollars: float
    per: str
    page: str
    """Of AWS, which publishes it."""
    seen: str


API_GATEWAY = "Amazon API Gateway pricing"
LAMBDA = "AWS Lambda pricing"
DYNAMODB = "Pricing for On-Demand Capacity (Amazon DynamoDB)"
CLOUDWATCH = "Amazon CloudWatch pricing"
PRICES = {
    "http request": Price(
        1.00e-6, "request of up to 512 KB to an HTTP API", API_GATEWAY, "2026-05"
    ),
    "invocation": Price(0.20e-6, "request", LAMBDA, "2026-05"),
    "arm64": Price(0.0000133334, "GB-second", LAMBDA, "2026-05"),
    "x86_64": Price(0.0000166667, "GB-second", LAMBDA, "2026-05"),
    "snapshot": Price(0.0000015046, "GB-second that SnapStart keeps a version", LAMBDA, "2026-05"),
    "read": Price(0.125e-6, "read request unit", DYNAMODB, "2026-05"),
    "write": Price(0.625e-6, "write request unit", DYNAMODB, "2026-05"),
    "log": Price(0.50e-9, "byte that CloudWatch Logs takes in", CLOUDWATCH, "2026-05"),
    "alarm": Price(0.10, "alarm and month", CLOUDWATCH, "2026-05"),
}
FREE_ALARMS = 10
"""Of each account."""
MONTH = 30 * 24 * 60 * 60
"""In seconds."""
MILLION = 1_000_000
BILLED = 0.010
"""Seconds that Lambda bills for a warm request: an assumption, nothing was measured on AWS."""
RATE = 1.0
"""Requests a second with one key, at least: an authorizer's answer is kept for all of them."""
FUNCTION_BYTES = 0
"""What the functions print of a request that succeeds: API Gateway counts it."""
ALONE, TOGETHER = 1, 100
"""How many votes a batch of the aggregator has: on a quiet metric, and at most."""
WRITES = {ALONE: 10, TOGETHER: 3}
"""Write units for each vote, at most."""
READS = {ALONE: 5, TOGETHER: 3.2}
"""Read units for each vote, at most: its row, its target, what is remembered of it; of a batch the
state, and the series where the Lambda is new."""
RECORDED = {"write": 2, "read": 6}
"""Units for a recorded inference whose batch has no other: its feedback may be there already."""
BATCH = {ALONE: 0.030, TOGETHER: 0.300}
"""Seconds that Lambda bills for a batch: an assumption, as above."""
FREE_WHEN_IDLE = frozenset(
    {
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::IAM::Role",
        "AWS::Lambda::Alias",
        "AWS::Lambda::EventSourceMapping",  # what Lambda reads of a stream is free
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Permission",
        "AWS::Logs::LogGroup",
        "AWS::SQS::Queue",
    }
)
"""Types that cost nothing but what they are used for."""
LOGGED = {
    "authorizer.error": "-",
    "error.responseType": "-",
    "integrationErrorMessage": "-",
    "integrationLatency": "10",
    "integrationStatus": "200",
    "requestId": "AOIw3jYxoAMEJ2Q=",
    "responseLatency": "12",
    "responseLength": "54",
    "routeKey": "POST /feedback",
    "status": "200",
}
"""What API Gateway writes into the access log of a request that succeeds."""


class Unpriced(Exception):
    """No price is known here for something in the template."""


def idle(template: Template) -> Dollars:
    """Return what a month costs in which nobody calls, without what is stored. Raises Unpriced."""
    alarms = snapshots = 0.0
    for kind, one in _resources(template):
        match kind:
            case "AWS::CloudWatch::Alarm":
                alarms += 1
            case "AWS::Lambda::Version":
                function = template["Resources"][one["FunctionName"]["Ref"]]["Properties"]
                if function.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions":
                    snapshots += int(function["MemorySize"]) / 1024
            case "AWS::DynamoDB::Table" if one.get("BillingMode") == "PAY_PER_REQUEST":
                pass
            case _ if kind not in FREE_WHEN_IDLE:
                raise Unpriced(kind)
    return {
        "alarms": max(0.0, alarms - FREE_ALARMS) * PRICES["alarm"].dollars,
        "SnapStart": snapshots * MONTH * PRICES["snapshot"].dollars,
    }


def million(template: Template) -> Dollars:
    """Return what a million requests of POST /feedback cost, with an API key and a target.

    Feedback and target are small items. The authorizer runs once for what its answer is kept for.
    """
    submit, authorizer = (
        template["Resources"][f"{name}Function"]["Properties"] for name in ("Submit", "Authorizer")
    )
    cache = template["Resources"]["Authorizer"]["Properties"]["AuthorizerResultTtlInSeconds"]
    price = {name: one.dollars for name, one in PRICES.items()}
    decided = min(1.0, 1 / (RATE * int(cache))) if int(cache) else 1.0
    decision = price["invocation"] + _duration(authorizer) + price["read"]
    each = {
        "API Gateway": price["http request"],
        "Lambda, requests": price["invocation"],
        "Lambda, time": _duration(submit),
        "authorizer": decided * decision,
        "DynamoDB, one consistent read": price["read"],
        "DynamoDB, one write": price["write"],
        "CloudWatch Logs": (len(access_line(template)) + FUNCTION_BYTES) * price["log"],
    }
    return {part: MILLION * dollars for part, dollars in each.items()}


def counting(template: Template, votes: int) -> Dollars:
    """Return what the aggregator costs for a million votes in batches of so many."""
    price = {name: one.dollars for name, one in PRICES.items()}
    aggregator = template["Resources"]["AggregatorFunction"]["Properties"]
    each = {
        "Lambda, requests": price["invocation"] / votes,
        "Lambda, time": _duration(aggregator, BATCH[votes]) / votes,
        "DynamoDB, reads": READS[votes] * price["read"],
        "DynamoDB, writes": WRITES[votes] * price["write"],
    }
    return {part: MILLION * dollars for part, dollars in each.items()}


def recording() -> float:
    """Return what DynamoDB costs to list a million recorded inferences."""
    return MILLION * sum(number * PRICES[unit].dollars for unit, number in RECORDED.items())


def access_line(template: Template) -> str:
    """Return what the access log has of a request that succeeds."""
    form = template["Resources"]["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]
    return re.sub(r"\$context\.([\w.]+)", lambda found: LOGGED[found[1]], form)


def _duration(function: Mapping[str, Any], seconds: float = BILLED) -> float:
    [architecture] = function["Architectures"]
    return seconds * int(function["MemorySize"]) / 1024 * PRICES[architecture].dollars


def _resources(template: Template) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for one in template["Resources"].values():
        yield one["Type"], one.get("Properties", {})


def _print(title: str, costs: Dollars) -> None:
    for part, dollars in {**costs, title: sum(costs.values())}.items():
        print(f"{dollars:8.2f}  {part}")


if __name__ == "__main__":
    from tests.support.deployment import decided
    from tests.template.transform import packaged, translated

    [made] = translated(packaged(**dict(one.split("=", 1) for one in sys.argv[1:])))
    stack = decided(made)
    _print("dollars a month, idle\n", idle(stack))
    _print("dollars a million requests\n", million(stack))
    for size in (ALONE, TOGETHER) if "AggregatorFunction" in stack["Resources"] else ():
        _print(f"dollars to count a million votes, {size} in a batch\n", counting(stack, size))
