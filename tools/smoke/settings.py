"""Checks of how the stack is set up: its routes, limits, functions in force, tables, layers."""

from typing import Any

from authorizer.scopes import SCOPES
from reads.aggregate.keys import ROUTES
from tools.http import Unexpected
from tools.smoke.check import Check, NotAsked
from tools.smoke.run import Run

TABLES = {
    "BOOLEAN_TABLE": "BooleanMetricFeedback",
    "FLOAT_TABLE": "FloatMetricFeedback",
    "COMMENT_TABLE": "CommentFeedback",
    "DEMONSTRATION_TABLE": "DemonstrationFeedback",
    "EVALUATION_TABLE": "EvaluationHumanFeedback",
    "TARGET_TABLE": "Target",
    "IDEMPOTENCY_TABLE": "Idempotency",
    "API_KEY_TABLE": "ApiKey",
}
AGGREGATE = {"AGGREGATE_TABLE": "Aggregate"}
"""Besides, of the functions of COUNTING."""
COUNTING = {"Reads", "Aggregator"}
COMPARING = {*ROUTES}
"""The routes that are there with aggregates only."""
SETTINGS = (
    "CodeSha256",
    "Environment",
    "Handler",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
)
"""What a version is made of: without a new one, a change of these is not in force."""


def _routes(run: Run) -> str:
    wanted = "CUSTOM" if run.stack.authenticated else "NONE"
    client = run.stack.client("apigatewayv2")
    pages = client.get_paginator("get_routes").paginate(ApiId=run.stack.outputs["ApiId"])
    found = {
        one["RouteKey"]: one.get("AuthorizationType", "NONE")
        for page in pages
        for one in page["Items"]
    }
    there = SCOPES.keys() - (set() if run.stack.aggregates else COMPARING)
    wrong = [f"no {route}" for route in sorted(there - found.keys())]
    closed = found.keys() - run.stack.keyless
    wrong += [f"{route} is {found[route]}" for route in sorted(closed) if found[route] != wanted]
    wrong += [f"{route} is not of this checkout" for route in sorted(found.keys() - there)]
    if wrong:
        raise Unexpected(", ".join(wrong))
    return f"{len(found)} routes"


def _throttling(run: Run) -> str:
    """Each number is a parameter's: what the template refers to came through as it should."""
    template = run.stack.client("cloudformation").get_template(
        StackName=run.stack.name, TemplateStage="Processed"
    )["TemplateBody"]
    written = template["Resources"]["ApiStage"]["Properties"]
    stage = run.stack.client("apigatewayv2").get_stage(
        ApiId=run.stack.outputs["ApiId"], StageName="$default"
    )
    both = {"every other route": (written["DefaultRouteSettings"], stage["DefaultRouteSettings"])}
    for route, setting in written["RouteSettings"].items():
        if "Fn::If" in setting and not run.stack.aggregates:
            continue
        limits = setting["Fn::If"][1] if "Fn::If" in setting else setting
        both[route] = (limits, stage["RouteSettings"].get(route, {}))
    for route, (setting, found) in both.items():
        for name, value in setting.items():
            number = run.stack.parameters[value["Ref"]] if isinstance(value, dict) else value
            if found.get(name) != float(number):
                raise Unexpected(f"{route}: {name} is {found.get(name)} instead of {number}")
    return f"{len(both)} limits"


def _configured(run: Run, function: str, **qualifier: str) -> dict[str, Any]:
    client = run.stack.client("lambda")
    configuration: dict[str, Any] = client.get_function_configuration(
        FunctionName=run.stack.functions[function], **qualifier
    )
    return configuration


def _weights(run: Run, function: str) -> dict[str, float]:
    """Give the share of each version in the traffic of a function's alias."""
    name = run.stack.functions[function]
    alias = run.stack.client("lambda").get_alias(FunctionName=name, Name="live")
    others = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return {alias["FunctionVersion"]: 1 - sum(others.values()), **others}


def _aliases(run: Run) -> str:
    told = []
    for function in run.stack.functions:
        weights = _weights(run, function).items()
        shares = " and ".join(f"{share:.0%} on {version}" for version, share in weights)
        told.append(f"{function} {shares}")
    return ", ".join(told)


def _in_force(run: Run) -> None:
    for function in run.stack.functions:
        [*_, newest] = _weights(run, function)
        latest, version = _configured(run, function), _configured(run, function, Qualifier=newest)
        if old := [name for name in SETTINGS if latest.get(name) != version.get(name)]:
            raise Unexpected(f"{function}Function: {', '.join(old)} not in force in {newest}")
        if str(version["MemorySize"]) != run.stack.parameters["MemorySize"]:
            raise Unexpected(f"{function}Function has {version['MemorySize']} MB")


def _tables(run: Run) -> str:
    for function in run.stack.functions:
        variables = _configured(run, function, Qualifier="live")["Environment"]["Variables"]
        counting = run.stack.aggregates and function in COUNTING
        for variable, table in {**TABLES, **(AGGREGATE if counting else {})}.items():
            if (found := variables.get(variable)) != run.stack.tables[table]:
                raise Unexpected(f"{function}Function: {variable} is {found}, not {table}")
    return f"{len(TABLES)} tables"


def _layers(run: Run) -> str:
    client = run.stack.client("lambda")
    arns = {
        one["Arn"]
        for function in run.stack.functions
        for one in _configured(run, function, Qualifier="live").get("Layers", ())
    }
    for arn in arns:
        client.get_layer_version_by_arn(Arn=arn)
    return f"{len(arns)} layers"


def _configuration(run: Run) -> str:
    if "snapshot_hash" not in run.configuration:
        raise NotAsked("the config layer cannot be read (lambda:GetLayerVersion)")
    return f"{len(run.configuration['metrics'])} metrics"


def _rollout(run: Run) -> str:
    """Look whether a stage that has a canary has its alarms, and goes back when one rings."""
    if run.stack.parameters["Stage"] == "dev":
        raise NotAsked("a development stack has no canary")
    formation, deploy = run.stack.client("cloudformation"), run.stack.client("codedeploy")
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=run.stack.name)
    resources = [one for page in pages for one in page["StackResourceSummaries"]]
    kinds: dict[str, list[str]] = {}
    for one in resources:
        kinds.setdefault(one["ResourceType"], []).append(one["PhysicalResourceId"])
    [application] = kinds["AWS::CodeDeploy::Application"]
    groups = kinds["AWS::CodeDeploy::DeploymentGroup"]
    for group in groups:
        setting = deploy.get_deployment_group(
            applicationName=application, deploymentGroupName=group
        )["deploymentGroupInfo"]
        for part in ("alarmConfiguration", "autoRollbackConfiguration"):
            if not setting.get(part, {}).get("enabled"):
                raise Unexpected(f"{group}: {part} is off")
    if len(groups) != len(run.stack.functions):
        raise Unexpected(
            f"{len(groups)} deployment groups for {len(run.stack.functions)} functions"
        )
    return f"{len(groups)} deployment groups"


CHECKS = [
    Check(
        "The API has every route of this checkout and no other, each behind the authorizer", _routes
    ),
    Check("The limits of the routes are the stack's parameters", _throttling, "throttling"),
    Check("Each function answers through its alias", _aliases),
    Check("Each function's latest settings are in force", _in_force),
    Check("Each function's variables name the stack's own tables", _tables),
    Check("The layers of what is in force are there", _layers),
    Check("The configuration can be read from its layer", _configuration),
    Check("A rollout is watched by alarms, and undone by them", _rollout, "CodeDeploy"),
]
