"""`make smoke`: what only AWS can answer, asked of clients that answer as AWS does."""

import io
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from feedback.kinds.registry import KINDS
from tests.support.deployment import deployed
from tests.support.template import TEMPLATE, properties, resources
from tools.http import Answer
from tools.smoke import feedback, settings
from tools.smoke.__main__ import CHECKS
from tools.smoke.check import Row, Verdict, answers

THROTTLING = "The limits of the routes are the stack's parameters"
ROLLOUT = "A rollout is watched by alarms, and undone by them"
REFUSALS = "A web page sees API Gateway's own refusals"
BETWEEN = "A body between Lambda's 6 MB and API Gateway's 10 MB is a 413"
ROLLBACK = "A rollback finds its layers"
LOG = "The access log has a line of JSON for each request"
COMPARING = "GET /internal/feedback/timeseries"
PAGE = "https://app.example.com"


@dataclass
class Aws:
    """A stack on AWS, a second after its deployment."""

    rate: float = 500.0
    stage: str = "prod"
    rollback: bool = True
    headers: dict[str, str] = field(default_factory=lambda: {"access-control-allow-origin": PAGE})
    statuses: dict[int, int] = field(default_factory=dict)
    versions: tuple[str, ...] = ("$LATEST", "6", "7")
    payload: dict[str, Any] = field(default_factory=dict)
    line: str = '{"requestId":"1"}'
    endpoint: str | None = None
    started: float = 0.0
    name: str = "stack"
    aggregates: bool = True

    @property
    def parameters(self) -> dict[str, str]:
        """The stack's."""
        return {"Stage": self.stage, "Rate": "500", "Burst": "1000", "AllowedOrigins": PAGE}

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's."""
        return {"ApiId": "api"}

    @property
    def functions(self) -> dict[str, str]:
        """The stack's."""
        return {"Reads": "reads"}

    def start(self) -> None:
        """Begin a check."""

    def reason(self, _failure: Exception) -> str:
        """Say nothing more."""
        return ""

    @property
    def stack(self) -> "Aws":
        """Be the run's stack as well."""
        return self

    def client(self, _service: str) -> "Aws":
        """Be every client."""
        return self

    @property
    def call(self) -> "Aws":
        """Be the caller as well."""
        return self

    def with_credential(self, _credential: str | None) -> "Aws":
        """Be nobody."""
        return self

    def send(self, _method: str, _path: str, body: bytes = b"", **headers: str) -> Answer:
        """Answer by the size of the body, or refuse."""
        if "Origin" in headers:
            return Answer(403 if "Authorization" in headers else 401, self.headers, "{}")
        status = self.statuses.get(len(body) // 1_000_000, 413)
        return Answer(status, {"apigw-requestid": "1"}, "too large")

    def get_paginator(self, name: str) -> Any:
        """Give one page."""
        kinds = ("Application", "DeploymentGroup")
        pages = {
            "list_stack_resources": {
                "StackResourceSummaries": [
                    {"ResourceType": f"AWS::CodeDeploy::{kind}", "PhysicalResourceId": kind}
                    for kind in kinds
                ]
            },
            "list_versions_by_function": {"Versions": [{"Version": one} for one in self.versions]},
        }
        return SimpleNamespace(paginate=lambda **_: [pages[name]])

    def get_template(self, **_: str) -> dict[str, Any]:
        """Give the template, with references."""
        limits = {"ThrottlingRateLimit": {"Ref": "Rate"}, "ThrottlingBurstLimit": {"Ref": "Burst"}}
        routes = {
            "POST /feedback": limits,
            COMPARING: {"Fn::If": ["HasAggregates", limits, {"Ref": "AWS::NoValue"}]},
        }
        stage = {"DefaultRouteSettings": limits, "RouteSettings": routes}
        return {"TemplateBody": {"Resources": {"ApiStage": {"Properties": stage}}}}

    def get_stage(self, **_: str) -> dict[str, Any]:
        """Give the limits in force."""
        limits = {"ThrottlingRateLimit": 500.0, "ThrottlingBurstLimit": 1000}
        feedback = {**limits, "ThrottlingRateLimit": self.rate}
        log = {"DestinationArn": "arn:aws:logs:eu-west-1:1:log-group:/aws/vendedlogs/stack/access"}
        return {
            "AccessLogSettings": log,
            "DefaultRouteSettings": limits,
            "RouteSettings": {
                "POST /feedback": feedback,
                **({COMPARING: limits} if self.aggregates else {}),
            },
        }

    def filter_log_events(self, **_: object) -> dict[str, Any]:
        """Give the one line that all requests with the same id share."""
        return {"events": [{"message": self.line}]}

    def get_deployment_group(self, **_: str) -> dict[str, Any]:
        """Give how a rollout is watched."""
        on, rollback = {"enabled": True}, {"enabled": self.rollback}
        watched = {"alarmConfiguration": on, "autoRollbackConfiguration": rollback}
        return {"deploymentGroupInfo": watched}

    def get_alias(self, **_: str) -> dict[str, str]:
        """Give what is in force."""
        return {"FunctionVersion": "7"}

    def invoke(self, **_: str) -> dict[str, Any]:
        """Answer as the function, or fail."""
        failed = {"FunctionError": "Unhandled"} if self.payload else {}
        return {**failed, "Payload": io.BytesIO(json.dumps(self.payload).encode())}


def _ask(title: str, aws: Aws) -> Row:
    check = next(one for one in CHECKS if one.title == title)
    [row] = answers([check], aws)  # type: ignore[arg-type]  # it answers as a run does
    return row


@pytest.mark.parametrize(
    ("title", "aws", "note"),
    [
        (THROTTLING, Aws(), "3 limits"),
        (THROTTLING, Aws(aggregates=False), "2 limits"),
        (ROLLOUT, Aws(), "1 deployment groups"),
        (REFUSALS, Aws(), ""),
        (BETWEEN, Aws(), "5 MB: too large; 7 MB: too large; 9 MB: too large"),
        (ROLLBACK, Aws(), "1 older versions answer"),
        (LOG, Aws(), "1 lines"),
    ],
)
def test_of_what_aws_answers_well_it_is_said_that_it_holds(title: str, aws: Aws, note: str) -> None:
    """With what there is to say of it."""
    assert _ask(title, aws) == Row(Verdict.HOLDS, title, note)


@pytest.mark.parametrize(
    ("title", "aws", "note"),
    [
        (THROTTLING, Aws(rate=10.0), "POST /feedback: ThrottlingRateLimit is 10.0 instead of 500"),
        (ROLLOUT, Aws(rollback=False), "DeploymentGroup: autoRollbackConfiguration is off"),
        (REFUSALS, Aws(headers={}), "401 has no access-control-allow-origin: a page sees none"),
        (BETWEEN, Aws(statuses={7: 500}), "500 too large instead of 413"),
        (
            LOG,
            Aws(line='{"requestId":"1","error":"a "quote""}'),
            'no JSON: {"requestId":"1","error":"a "quote""}',
        ),
        (ROLLBACK, Aws(payload={"errorType": "X"}), 'version 6: {"errorType": "X"}'),
    ],
)
def test_of_what_aws_answers_otherwise_it_is_said_how(title: str, aws: Aws, note: str) -> None:
    """Each fault in words of its own."""
    assert _ask(title, aws) == Row(Verdict.FAILS, title, note)


@pytest.mark.parametrize(
    ("title", "aws", "note"),
    [
        (ROLLOUT, Aws(stage="dev"), "a development stack has no canary"),
        (
            ROLLBACK,
            Aws(versions=("$LATEST", "7")),
            "there is no older version: ask during a rollout, or after an update",
        ),
        (ROLLOUT, Aws(endpoint="http://127.0.0.1"), "only AWS can answer: CodeDeploy"),
    ],
)
def test_of_what_cannot_be_asked_it_is_said_why(title: str, aws: Aws, note: str) -> None:
    """It is neither a success nor a failure."""
    assert _ask(title, aws) == Row(Verdict.NOT_ASKED, title, note)


def test_every_kind_and_every_table_of_the_project_is_asked_for() -> None:
    """What is added is added here as well."""
    variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"].items()
    stack = deployed(Aggregates="on")
    functions = properties("AWS::Serverless::Function", stack)
    routes = resources("AWS::ApiGatewayV2::Route")

    assert [kind for kind, *_ in feedback.KINDS] == [kind.name for kind in KINDS.values()]
    assert {
        name: value["Ref"] for name, value in variables if name.endswith("_TABLE")
    } == settings.TABLES
    for name, one in functions.items():
        own = one.get("Environment", {}).get("Variables", {})
        wanted = settings.AGGREGATE if name.removesuffix("Function") in settings.COUNTING else {}
        assert {variable: value["Ref"] for variable, value in own.items()} == wanted
    assert {
        one["Properties"]["RouteKey"] for one in routes.values() if "Condition" in one
    } == settings.COMPARING
