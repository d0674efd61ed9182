"""template.yaml, held against the code that it runs and against what AWS publishes."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

from feedback.reservations import Reservation
from shared.uuids import Uuid
from tests.support.template import ROOT, TEMPLATE, properties, resources

GLOBALS = TEMPLATE["Globals"]["Function"]
FUNCTIONS = properties("AWS::Serverless::Function")
ROLES = properties("AWS::IAM::Role")
TABLES = resources("AWS::DynamoDB::Table")
LOGS = properties("AWS::Logs::LogGroup")
ALARMS = properties("AWS::CloudWatch::Alarm")
ROUTES = properties("AWS::ApiGatewayV2::Route")
PERMISSIONS = properties("AWS::Lambda::Permission")

# Kinds of metrics that exist: an HTTP API's, not a REST API's; and our own.
PUBLISHED = {
    "AWS/Lambda": ({"Errors", "Throttles"}, {"FunctionName", "Resource", "ExecutedVersion"}),
    "AWS/ApiGateway": ({"4xx", "5xx", "Count", "Latency"}, {"ApiId", "Stage"}),
    "TensorZeroFeedback": ({"StorageUnavailable"}, {"service"}),
}

FEEDBACK = {
    "BooleanMetricFeedback",
    "FloatMetricFeedback",
    "CommentFeedback",
    "DemonstrationFeedback",
}
# All that each function may do.
ALLOWED = {
    "FeedbackRole": {
        "dynamodb:GetItem": {"Target"},
        "dynamodb:BatchGetItem": {"Target", "Idempotency"},
        "dynamodb:PutItem": {*FEEDBACK, "EvaluationHumanFeedback", "Idempotency"},
        "logs:CreateLogStream": {"FeedbackLogs"},
        "logs:PutLogEvents": {"FeedbackLogs"},
    },
    "BatchRole": {
        "dynamodb:BatchGetItem": {"Target", "Idempotency"},
        "dynamodb:BatchWriteItem": FEEDBACK,
        "dynamodb:PutItem": {*FEEDBACK, "EvaluationHumanFeedback", "Idempotency"},
        "logs:CreateLogStream": {"BatchLogs"},
        "logs:PutLogEvents": {"BatchLogs"},
    },
    "ReceiptsRole": {
        "dynamodb:BatchGetItem": FEEDBACK,
        "logs:CreateLogStream": {"ReceiptsLogs"},
        "logs:PutLogEvents": {"ReceiptsLogs"},
    },
    "InferencesRole": {
        "dynamodb:PutItem": {"Target"},
        "logs:CreateLogStream": {"InferencesLogs"},
        "logs:PutLogEvents": {"InferencesLogs"},
    },
    "EvaluationsRole": {
        "dynamodb:Query": {"EvaluationHumanFeedback"},
        "logs:CreateLogStream": {"EvaluationsLogs"},
        "logs:PutLogEvents": {"EvaluationsLogs"},
    },
    "StatusRole": {
        "dynamodb:GetItem": {"Target"},
        "logs:CreateLogStream": {"StatusLogs"},
        "logs:PutLogEvents": {"StatusLogs"},
    },
    "AuthorizerRole": {
        "dynamodb:GetItem": {"ApiKey"},
        "logs:CreateLogStream": {"AuthorizerLogs"},
        "logs:PutLogEvents": {"AuthorizerLogs"},
    },
}


def variables(function: str) -> dict[str, Any]:
    """Give the environment of a function: what all have, and its own."""
    return {
        **GLOBALS["Environment"]["Variables"],
        **FUNCTIONS[function].get("Environment", {}).get("Variables", {}),
    }


def package(function: str) -> Path:
    """Give the folder that a function's handler lies in."""
    handler: str = FUNCTIONS[function]["Handler"]
    return ROOT / "functions" / handler.split(".", maxsplit=1)[0]


def constants(function: str) -> set[str]:
    """Give the names that a function's composition root looks up in os.environ."""
    tree = ast.parse((package(function) / "app.py").read_text("utf-8"))
    return {
        ast.literal_eval(node.slice)
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ"
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_is_where_the_template_says(function: str) -> None:
    """`submit.app.handler` is the name `handler` in functions/feedback/app.py."""
    *path, name = FUNCTIONS[function]["Handler"].split(".")
    tree = ast.parse((ROOT / "functions" / "/".join(path)).with_suffix(".py").read_text("utf-8"))
    assigned = {
        ast.unparse(target)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
    }
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}

    assert name in assigned | defined


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_given_every_variable_that_it_reads_and_no_other(function: str) -> None:
    """Apart from those that Powertools and pydantic read for themselves."""
    given = {
        name for name in variables(function) if not name.startswith(("POWERTOOLS_", "PYDANTIC_"))
    }

    assert constants(function) == given


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_service_is_named_as_its_package(function: str) -> None:
    """The name is a dimension of its metrics, and so of the alarms on them."""
    tree = ast.parse((package(function) / "api.py").read_text("utf-8"))
    services = {
        ast.literal_eval(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Telemetry"
    }

    assert services <= {package(function).name}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_gives_up_before_the_api_does(function: str) -> None:
    """An HTTP API waits 30 seconds: a later answer would be nobody's."""
    assert {**GLOBALS, **FUNCTIONS[function]}["Timeout"] < 30


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_its_function_needs_and_nothing_else(role: str) -> None:
    """Action by action, resource by resource: a wildcard could not be in this table."""
    granted: dict[str, set[str]] = {}
    for policy in ROLES[role]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement.keys() == {"Effect", "Action", "Resource"}
            for action in _list(statement["Action"]):
                resources = {
                    one["GetAtt"].removesuffix(".Arn") for one in _list(statement["Resource"])
                }
                granted.setdefault(action, set()).update(resources)

    assert granted == ALLOWED[role]
    assert ROLES[role].keys() == {"AssumeRolePolicyDocument", "Policies"}


def test_every_function_has_a_role_of_its_own() -> None:
    """And adds nothing to it: SAM would attach policies of its own to a role that it makes."""
    roles = [function["Role"]["GetAtt"] for function in FUNCTIONS.values()]

    assert sorted(roles) == sorted(f"{role}.Arn" for role in ROLES)
    assert not any("Policies" in function for function in [GLOBALS, *FUNCTIONS.values()])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_log_is_kept_as_long_as_it_was_asked_for(function: str) -> None:
    """A group that Lambda makes by itself is kept for ever."""
    group = FUNCTIONS[function]["LoggingConfig"]["LogGroup"]["Ref"]

    assert group in LOGS


@pytest.mark.parametrize("group", LOGS)
def test_every_log_group_has_a_retention(group: str) -> None:
    """The API's access log too."""
    assert LOGS[group]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_outlives_mistakes(table: str) -> None:
    """In production it can be neither deleted nor replaced, and anything can be undone."""
    assert TABLES[table]["DeletionPolicy"] == {"If": ["IsProd", "Retain", "Delete"]}
    assert TABLES[table]["UpdateReplacePolicy"] == {"If": ["IsProd", "Retain", "Delete"]}
    settings = TABLES[table]["Properties"]
    assert settings["DeletionProtectionEnabled"] == {"If": ["IsProd", True, False]}
    assert settings["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert settings["SSESpecification"] == {"SSEEnabled": True}
    assert settings["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_no_attribute_but_its_keys(table: str) -> None:
    """No index that nothing reads."""
    settings = TABLES[table]["Properties"]

    assert [key["AttributeName"] for key in settings["KeySchema"]] == [
        attribute["AttributeName"] for attribute in settings["AttributeDefinitions"]
    ]
    assert "GlobalSecondaryIndexes" not in settings


def test_dynamodb_deletes_claims_when_they_say_so() -> None:
    """By the attribute that they write; no other table forgets."""
    expiring = {
        name: table["Properties"]["TimeToLiveSpecification"]
        for name, table in TABLES.items()
        if "TimeToLiveSpecification" in table["Properties"]
    }

    assert expiring == {"Idempotency": {"AttributeName": "expires_at", "Enabled": True}}
    claim = Reservation("k", Uuid("i"), fingerprint=None, expires_at=1)
    assert "expires_at" in claim.to_item()


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_watches_something_that_exists(alarm: str) -> None:
    """A name that nobody publishes is an alarm that never fires."""
    metrics, dimensions = PUBLISHED[ALARMS[alarm]["Namespace"]]

    assert ALARMS[alarm]["MetricName"] in metrics
    assert {one["Name"] for one in ALARMS[alarm]["Dimensions"]} <= dimensions


@pytest.mark.parametrize(
    "alarm", [name for name, one in ALARMS.items() if one["Namespace"] == "TensorZeroFeedback"]
)
def test_an_alarm_on_our_own_metric_watches_one_that_the_code_emits(alarm: str) -> None:
    """With the name of the service that emits it."""
    services = {package(function).name for function in FUNCTIONS}
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "functions").rglob("*.py"))

    assert f'"{ALARMS[alarm]["Namespace"]}"' in sources
    assert f'"{ALARMS[alarm]["MetricName"]}"' in sources
    assert {one["Value"] for one in ALARMS[alarm]["Dimensions"]} <= services


@pytest.mark.parametrize("alarm", ALARMS)
def test_an_alarm_tells_whoever_asked(alarm: str) -> None:
    """The topic is optional; without one the alarm is to be looked at."""
    assert ALARMS[alarm]["AlarmActions"] == {
        "If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_rollout_is_undone_by_the_errors_of_the_new_version_alone(function: str) -> None:
    """The dimension ExecutedVersion leaves out the old one, whose errors must not stop its fix."""
    (alarm,) = FUNCTIONS[function]["DeploymentPreference"]["Alarms"]
    dimensions = {one["Name"]: one["Value"] for one in ALARMS[alarm["Ref"]]["Dimensions"]}

    assert dimensions == {
        "FunctionName": {"Ref": function},
        "Resource": {"Sub": f"${{{function}}}:live"},
        "ExecutedVersion": {"GetAtt": f"{function}.Version.Version"},
    }


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_reaches_its_function_and_nobody_else_may_call_it(route: str) -> None:
    """Its integration is there, and API Gateway may call the alias for this very route."""
    method, path = ROUTES[route]["RouteKey"].split(" ")
    integration = ROUTES[route]["Target"]["Sub"].removeprefix("integrations/${").removesuffix("}")
    invoked = TEMPLATE["Resources"][integration]["Properties"]["IntegrationUri"]
    allowed = {one["SourceArn"]["Sub"].split("${Api}")[1]: one for one in PERMISSIONS.values()}

    permission = allowed[f"/$default/{method}{re.sub('{.+?}', '*', path)}"]
    assert permission["FunctionName"] == invoked
    assert invoked["Ref"].endswith(".Alias")


def test_the_api_has_these_routes_and_no_other() -> None:
    """No catch-all: junk never reaches a Lambda."""
    assert {route["RouteKey"] for route in ROUTES.values()} == {
        "POST /feedback",
        "POST /feedback/batch",
        "GET /internal/feedback/{target_id}/{feedback_id}",
        "POST /internal/inferences",
        "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback",
        "GET /status",
        "GET /health",
    }
    assert len(PERMISSIONS) == len(ROUTES) + 1  # and the authorizer's


def test_every_route_that_costs_something_is_throttled_by_parameters_of_its_own() -> None:
    """A rate without a burst, or a burst without a rate, would be the account's."""
    stage = TEMPLATE["Resources"]["ApiStage"]
    settings = stage["Properties"]["RouteSettings"]
    keys = {route["RouteKey"]: name for name, route in ROUTES.items()}

    assert keys.keys() - settings.keys() == {"GET /status", "GET /health"}
    for setting in [stage["Properties"]["DefaultRouteSettings"], *settings.values()]:
        rate = setting["ThrottlingRateLimit"]["Ref"]
        burst = rate.replace("Rate", "Burst")
        assert setting["ThrottlingBurstLimit"] == {"Ref": burst}
        assert TEMPLATE["Parameters"][rate]["Default"] < TEMPLATE["Parameters"][burst]["Default"]


def test_a_setting_is_for_a_route_that_is_there_by_then() -> None:
    """API Gateway refuses it otherwise, and the deployment fails."""
    stage = TEMPLATE["Resources"]["ApiStage"]
    settings = stage["Properties"]["RouteSettings"]

    assert settings.keys() == {ROUTES[name]["RouteKey"] for name in stage["DependsOn"]}


def test_no_web_page_may_call_the_api_unless_its_origin_is_given() -> None:
    """An empty list is joined to an empty text."""
    api = TEMPLATE["Resources"]["Api"]["Properties"]

    assert TEMPLATE["Parameters"]["AllowedOrigins"]["Default"] == ""
    assert TEMPLATE["Conditions"]["HasBrowsers"] == {
        "Not": [{"Equals": [{"Join": ["", {"Ref": "AllowedOrigins"}]}, ""]}]
    }
    condition, configured, otherwise = api["CorsConfiguration"]["If"]
    assert (condition, otherwise) == ("HasBrowsers", {"Ref": "AWS::NoValue"})
    assert configured["AllowOrigins"] == {"Ref": "AllowedOrigins"}
    assert "AllowCredentials" not in configured


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("", True),
        ("https://app.example.com", True),
        ("https://app.example.com:8443", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", True),
        ("*", False),
        ("https://*", False),
        ("https://*.example.com", False),
        ("http://app.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("https://app.example.com/", False),
        ("https://App.example.com", False),
        ("app.example.com", False),
        ("null", False),
    ],
)
def test_an_origin_is_a_page_of_ones_own(value: str, taken: bool) -> None:
    """As a browser spells it; CloudFormation looks at each of the list."""
    pattern = TEMPLATE["Parameters"]["AllowedOrigins"]["AllowedPattern"]

    assert bool(re.fullmatch(pattern, value)) == taken


def test_the_access_log_tells_nothing_about_a_caller() -> None:
    """Neither his address nor what he is authorized by."""
    form = TEMPLATE["Resources"]["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]

    assert not re.search(r"identity|authorizer|header|querystring|\$context\.path", form)


def test_nothing_says_another_version_of_python_or_another_architecture() -> None:
    """The template decides; what builds the layers reads it there."""
    runtime = GLOBALS["Runtime"]

    for layer in properties("AWS::Serverless::LayerVersion").values():
        assert layer["CompatibleRuntimes"] == [runtime]
    architecture = TEMPLATE["Parameters"]["Architecture"]["Default"]
    assert f"BUILD_FOR ?= {architecture}\n" in (ROOT / "build.mk").read_text("utf-8")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
