"""The alarms: few, each on a metric that exists, and each says what to do."""

import json

import pytest

from shared.dynamodb import StorageUnavailable
from shared.telemetry import NAMESPACE, UNAVAILABLE, Deployment, Telemetry
from tests.support.deployment import deployed
from tests.support.template import properties
from tests.template.transform import packaged, translated

TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
FREE = 10
"""Alarms that CloudWatch gives for nothing."""
DEVELOPMENT, STAGING, PRODUCTION = (
    properties(
        "AWS::CloudWatch::Alarm", deployed(Stage=stage, Aggregates="on", AlarmTopicArn=TOPIC)
    )
    for stage in ("dev", "staging", "prod")
)
OURS = {frozenset({"stack"}), frozenset({"function", "version"})}
PUBLISHED = {
    **{(NAMESPACE, dimensions): {UNAVAILABLE} for dimensions in OURS},
    ("AWS/ApiGateway", frozenset({"ApiId", "Stage"})): {"5xx"},
    ("AWS/Lambda", frozenset({"FunctionName"})): {"Errors", "IteratorAge", "Throttles"},
    ("AWS/Lambda", frozenset({"FunctionName", "Resource", "ExecutedVersion"})): {"Errors"},
    ("AWS/SQS", frozenset({"QueueName"})): {"ApproximateNumberOfMessagesVisible"},
}
"""Metrics by their dimensions: an HTTP API's, not a REST API's; a function's, not the account's."""


def test_a_development_stack_has_no_more_alarms_than_are_free() -> None:
    """Those on a version that is being rolled out are staging's and production's, and one more."""
    assert len(DEVELOPMENT) <= FREE
    assert DEVELOPMENT.keys() < STAGING.keys() == PRODUCTION.keys()


@pytest.mark.parametrize("alarm", PRODUCTION)
def test_an_alarm_watches_what_is_published_and_says_what_to_do(alarm: str) -> None:
    """A name that nobody publishes is an alarm that never fires."""
    one = PRODUCTION[alarm]
    dimensions = frozenset(dimension["Name"] for dimension in one["Dimensions"])

    assert one["MetricName"] in PUBLISHED[one["Namespace"], dimensions]
    assert "Look first " in one["AlarmDescription"]
    assert one["TreatMissingData"] == "notBreaching"
    assert one["AlarmActions"] == [TOPIC]


def test_unavailable_storage_is_counted_by_stack_and_by_version(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As the alarms look for it."""
    Telemetry("submit", Deployment("s", "f", "1")).refuse(StorageUnavailable(), "id")
    metric = json.loads(capsys.readouterr().out.splitlines()[-1])
    [directive] = metric["_aws"]["CloudWatchMetrics"]

    assert {frozenset(one) for one in directive["Dimensions"]} == OURS


def test_a_rollout_is_undone_by_what_the_new_version_does_alone() -> None:
    """An old version's errors must not stop its fix; an outage that the new one brings counts."""
    development, production = translated(
        packaged(Aggregates="on"), packaged(Stage="prod", Aggregates="on")
    )
    alarms, watching = properties("AWS::CloudWatch::Alarm", production), list[str]()
    for alias in properties("AWS::Lambda::Alias", production).values():
        group = production["Resources"][f"{alias['FunctionName']['Ref']}DeploymentGroup"]
        _, configured, _ = group["Properties"]["AlarmConfiguration"]["Fn::If"]
        watched = [alarm["Name"]["Ref"] for alarm in configured["Alarms"]]
        assert {alarms[one]["MetricName"] for one in watched} == {"Errors", UNAVAILABLE}
        for dimensions in (alarms[one]["Dimensions"] for one in watched):
            said = [dimension["Value"] for dimension in dimensions]
            assert alias["FunctionName"] in said
            assert alias["FunctionVersion"] in said
        watching += watched

    assert {*watching} == PRODUCTION.keys() - DEVELOPMENT.keys() - {"AggregatorLate"}
    assert not properties("AWS::CodeDeploy::DeploymentGroup", development)
