"""What a refusal leaves behind: a count and a log line. A success leaves nothing."""

import json
from collections.abc import Callable

import pytest
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
    AmazonCloudWatchEMFProvider,
)

from feedback.kinds.registry import UnknownMetric
from shared.dynamodb import StorageUnavailable
from shared.telemetry import NAMESPACE, REFUSED, UNAVAILABLE, Deployment, Telemetry
from tests.unit.conftest import Output
from tests.unit.fakes import telemetry

OUTAGE = StorageUnavailable()
OUTAGE.__cause__ = TimeoutError("SECRET")
EXHAUSTED = UnknownMetric("no SECRET")
EXHAUSTED.__cause__ = MemoryError("SECRET")
SERVICE = {"stack": "a-stack", "service": "a-service"}
VERSION = {"stack": "a-stack", "function": "a-function", "version": "7"}
Leave = Callable[[Telemetry], None]


@pytest.mark.parametrize(
    ("leave", "metric", "times", "dimensions", "logged"),
    [
        (
            lambda telemetry: telemetry.refuse(UnknownMetric("no SECRET"), "id", 2),
            REFUSED,
            2,
            SERVICE,
            {"level": "INFO", "code": "unknown_metric", "times": 2},
        ),
        (
            lambda telemetry: telemetry.refuse(EXHAUSTED, "id"),
            REFUSED,
            1,
            SERVICE,
            {"level": "INFO", "code": "unknown_metric", "cause": "MemoryError"},
        ),
        (
            lambda telemetry: telemetry.refuse(OUTAGE, "id"),
            UNAVAILABLE,
            1,
            VERSION,
            {"level": "WARNING", "code": "storage_unavailable", "cause": "TimeoutError"},
        ),
        (
            lambda telemetry: telemetry.postpone(OUTAGE, "id"),
            UNAVAILABLE,
            1,
            {"function": "a-function", "version": "7"},
            {"level": "WARNING", "code": "storage_unavailable", "cause": "TimeoutError"},
        ),
        (
            lambda telemetry: telemetry.reject("unknown_key", "No such key", "id"),
            REFUSED,
            1,
            SERVICE,
            {"level": "INFO", "code": "unknown_key", "reason": "No such key"},
        ),
    ],
    ids=["refused", "refused for a cause", "outage", "postponed", "rejected"],
)
def test_a_refusal_is_counted_and_logged(
    output: Output,
    leave: Leave,
    metric: str,
    times: float,
    dimensions: dict[str, str],
    logged: dict[str, object],
) -> None:
    """At once, with nothing that the caller wrote; an outage apart, by the function's version."""
    leave(telemetry())

    [counted], [line] = output()
    [directive] = counted["_aws"]["CloudWatchMetrics"]
    assert {name for names in directive["Dimensions"] for name in names} == dimensions.keys()
    assert {name: counted[name] for name in counted if name != "_aws"} == {
        **dimensions,
        metric: [times],
    }
    assert line.items() >= {"service": "a-service", "request_id": "id", **logged}.items()
    assert "SECRET" not in str(line) + str(counted)


def test_a_count_is_what_powertools_would_print(output: Output) -> None:
    """Whose format it is, apart from the moment and the order of keys."""
    provider = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service="a-service")
    provider.add_dimension(name="stack", value="a-stack")
    provider.add_metric(REFUSED, MetricUnit.Count, 1)
    powertools = json.loads(json.dumps(provider.serialize_metric_set()))

    telemetry().reject("unknown_key", "No such key", "id")

    [counted], _ = output()
    for document in (powertools, counted):
        document["_aws"].pop("Timestamp")
        [directive] = document["_aws"]["CloudWatchMetrics"]
        directive["Dimensions"] = [sorted(names) for names in directive["Dimensions"]]
    assert counted == powertools


def test_the_deployment_is_read_from_the_environment() -> None:
    """The stack's name is the template's; where Lambda says nothing, the others are empty."""
    environment = {
        "STACK_NAME": "s",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_VERSION": "7",
    }

    assert Deployment.read(environment) == Deployment("s", "f", "7")
    assert Deployment.read({"STACK_NAME": "s"}) == Deployment("s", "", "")
