"""Each function's setting: variables, rights, log, limits of time."""

import json
import re
from typing import Any

import pytest

from feedback.kinds.registry import KINDS
from tests.support.deployment import decided, deployed
from tests.support.template import ROOT, TEMPLATE, Template, properties
from tests.template.transform import packaged, translated

DEPLOYED = deployed(LogRetentionDays="7", Aggregates="on")
WITHOUT = deployed(LogRetentionDays="7", Aggregates="off")
GLOBALS = DEPLOYED["Globals"]["Function"]
FUNCTIONS = properties("AWS::Serverless::Function", DEPLOYED)
ROLES = properties("AWS::IAM::Role", DEPLOYED)
LOGS = properties("AWS::Logs::LogGroup", DEPLOYED)
VARIABLES = GLOBALS["Environment"]["Variables"]


def _table(kind: str) -> str:
    """Give the table that a kind of feedback is stored in."""
    variable = f"{kind.upper()}_TABLE"
    assert variable in VARIABLES, (
        f"{kind} has no table. In template.yaml, add the table's name to the loops Tables and"
        f" TableNames, `{variable}: !Ref` it to Globals, and its Arn to the roles."
    )
    table: str = VARIABLES[variable]["Ref"]
    return table


FEEDBACK = {_table(kind) for kind in KINDS}
COUNTED = FEEDBACK - {"CommentFeedback"}
STREAMS = {f"{table}.StreamArn" for table in (*COUNTED, "Target")}
ALLOWED = {
    "Submit": {
        "dynamodb:GetItem": {"Target"},
        "dynamodb:BatchGetItem": {"Target", "Idempotency"},
        "dynamodb:PutItem": {*FEEDBACK, "EvaluationHumanFeedback", "Idempotency"},
    },
    "Batch": {
        "dynamodb:BatchGetItem": {"Target", "Idempotency"},
        "dynamodb:BatchWriteItem": FEEDBACK,
        "dynamodb:PutItem": {*FEEDBACK, "EvaluationHumanFeedback", "Idempotency"},
    },
    "Reads": {
        "dynamodb:GetItem": {"Target", "Aggregate"},
        "dynamodb:BatchGetItem": {*FEEDBACK, "Target", "Aggregate"},
        "dynamodb:Query": {*FEEDBACK, "EvaluationHumanFeedback", "Aggregate"},
    },
    "Inferences": {"dynamodb:PutItem": {"Target"}},
    "Authorizer": {"dynamodb:GetItem": {"ApiKey"}},
    "Aggregator": {
        **{
            f"dynamodb:{action}": STREAMS
            for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        },
        "dynamodb:GetItem": {"Aggregate"},
        "dynamodb:BatchGetItem": {*COUNTED, "Target", "Aggregate"},
        "dynamodb:Query": {*COUNTED, "Aggregate"},
        "dynamodb:PutItem": {"Aggregate"},
        "dynamodb:UpdateItem": {"Aggregate"},
        "dynamodb:BatchWriteItem": {"Aggregate"},
        "sqs:SendMessage": {"AggregatorFailures"},
    },
}
"""All that each function may do, beside writing to its log."""


@pytest.mark.parametrize("name", ALLOWED)
def test_a_function_may_do_what_it_needs_and_nothing_else(name: str) -> None:
    """Action by action, resource by resource: a wildcard could not be in this table."""
    writing = {f"logs:{action}": {f"{name}Logs"} for action in ("CreateLogStream", "PutLogEvents")}

    assert _granted(DEPLOYED, name) == ALLOWED[name] | writing
    assert ROLES[f"{name}Role"].keys() == {"AssumeRolePolicyDocument", "Policies"}


def test_without_aggregates_the_reads_may_do_less_and_nothing_of_the_aggregator_is_there() -> None:
    """Neither a function nor a role, a log, a queue, an alarm, or anything that refers to one."""
    assert _granted(WITHOUT, "Reads") == {
        "dynamodb:GetItem": {"Target"},
        "dynamodb:BatchGetItem": FEEDBACK,
        "dynamodb:Query": {*FEEDBACK, "EvaluationHumanFeedback"},
        **{f"logs:{action}": {"ReadsLogs"} for action in ("CreateLogStream", "PutLogEvents")},
    }
    there = json.dumps({part: WITHOUT[part] for part in ("Resources", "Outputs")})
    assert not re.search("Aggregator|Aggregate[^s]|StreamArn|StreamSpecification|AWS::SQS", there)


def _granted(stack: Template, name: str) -> dict[str, set[str]]:
    """Give the resources of each action that a function's role allows."""
    role = properties("AWS::IAM::Role", stack)[f"{name}Role"]
    granted: dict[str, set[str]] = {}
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement.keys() == {"Effect", "Action", "Resource"}
            assert statement["Effect"] == "Allow"
            for action in _list(statement["Action"]):
                arns = {_arn(*one["Fn::GetAtt"]) for one in _list(statement["Resource"])}
                granted.setdefault(action, set()).update(arns)
    return granted


def test_every_function_has_a_role_and_a_log_of_its_own() -> None:
    """SAM would give a role that it makes more rights, and Lambda would keep its log for ever."""
    assert {(name, one["Role"]["Fn::GetAtt"][0]) for name, one in FUNCTIONS.items()} == {
        (f"{name}Function", f"{name}Role") for name in ALLOWED
    }
    assert {one["LoggingConfig"]["LogGroup"]["Ref"] for one in FUNCTIONS.values()} < LOGS.keys()
    assert {one["RetentionInDays"] for one in LOGS.values()} == {"7"}
    assert len(ROLES) == len(LOGS) == len(FUNCTIONS) + 1  # the rollout's role, and the API's log


def test_a_boundary_limits_every_role_that_is_deployed() -> None:
    """SAM's own transform makes none that would be without it."""
    arn = "arn:aws:iam::123456789012:policy/boundary"
    [production] = translated(packaged(Stage="prod", Aggregates="on", PermissionsBoundaryArn=arn))
    roles = properties("AWS::IAM::Role", decided(production))

    assert roles.keys() == ROLES.keys()
    assert {one["PermissionsBoundary"] for one in roles.values()} == {arn}


def test_traces_are_sent_only_if_they_are_asked_for_and_every_function_may() -> None:
    """By a policy of AWS's, which names the rights; no role has it otherwise."""
    roles = properties("AWS::IAM::Role", deployed(Tracing="Active", Aggregates="on"))
    policy = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"}

    assert all(roles[f"{name}Role"]["ManagedPolicyArns"] == [policy] for name in ALLOWED)
    assert GLOBALS["Tracing"] == "PassThrough"


def test_the_log_has_what_the_metrics_are_made_of() -> None:
    """They are lines of level INFO: no parameter may silence them."""
    assert GLOBALS["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
    assert GLOBALS["LoggingConfig"]["SystemLogLevel"] == "WARN"


def test_the_functions_are_given_the_variables_that_they_read_and_no_other() -> None:
    """Apart from those of libraries; tables are found by the ends of their variables' names."""
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "functions").rglob("*.py"))
    read = {*re.findall(r'environ(?:ment)?(?:\[|\.get\()"(\w+)"', sources)}

    assert {name for name in read if not name.startswith("AWS_")} == {
        name for name in VARIABLES if not re.search("_TABLE$|^POWERTOOLS_|^PYDANTIC_", name)
    }


def test_a_function_gives_up_before_its_caller_does() -> None:
    """An HTTP API waits 30 seconds for a function, and 10 for its authorizer."""
    timeouts = {name: {**GLOBALS, **one}["Timeout"] for name, one in FUNCTIONS.items()}

    assert timeouts.pop("AggregatorFunction") == 60  # whose caller is a stream
    assert timeouts.pop("AuthorizerFunction") < 10
    assert max(timeouts.values()) < 30


def test_nothing_says_another_version_of_python_or_another_architecture() -> None:
    """The template decides; what builds the layers reads it there."""
    for layer in properties("AWS::Serverless::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == [GLOBALS["Runtime"]]
    architecture = TEMPLATE["Parameters"]["Architecture"]["Default"]
    assert f"BUILD_FOR ?= {architecture}\n" in (ROOT / "build.mk").read_text("utf-8")


def _arn(resource: str, attribute: str) -> str:
    """Name what is allowed: a resource, or its stream."""
    return resource if attribute == "Arn" else f"{resource}.{attribute}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
