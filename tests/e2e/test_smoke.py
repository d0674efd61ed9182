"""`make smoke`: a stack that works passes, and of one that does not it says where the fault is."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.stack import BUILD
from tools.emulator import ROOT, Emulator, emulator
from tools.stack import NAME, Stack

ONLY_AWS = {
    "The limits of the routes are the stack's parameters",
    "A rollout is watched by alarms, and undone by them",
    "A web page sees API Gateway's own refusals",
    "A body between Lambda's 6 MB and API Gateway's 10 MB is a 413",
    "A body above API Gateway's 10 MB is a 413",
    "A rollback finds its layers",
    "The access log has a line of JSON for each request",
}
"""What nobody but AWS can answer."""
RECEIPTS = "GET /internal/feedback/{target_id}/{feedback_id}"
ROW = re.compile(r"(holds|FAILS|not asked) +(.+?)(?: \((.+)\)|: (.+))?")
TABLES = ("CommentFeedback", "EvaluationHumanFeedback", "Target", "ApiKey")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Deploy a stack that may be broken."""
    with emulator(tmp_path_factory.mktemp("smoke"), auth=True) as aws:
        BUILD.make()
        yield BUILD.deploy(aws)


def _smoke(aws: Emulator, name: str = NAME) -> tuple[int, str, dict[str, dict[str, str]]]:
    """Run it; give its code, what it printed, and by verdict the titles with what is said."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.smoke", name],
        cwd=ROOT,
        env={**aws.environment(), "PYTHONPATH": "functions:feedback_cli/src"},
        capture_output=True,
        text=True,
        check=False,
    )
    rows: dict[str, dict[str, str]] = {"holds": {}, "FAILS": {}, "not asked": {}}
    for line in done.stdout.splitlines():
        if found := ROW.fullmatch(line):
            rows[found[1]][found[2]] = found[3] or found[4] or ""
    return done.returncode, done.stdout + done.stderr, rows


def test_of_a_stack_that_works_all_holds_and_nothing_is_left_in_it(fresh: Stack) -> None:
    """Apart from what AWS alone can answer."""
    code, printed, rows = _smoke(fresh.aws)

    assert (code, rows["FAILS"]) == (0, {}), printed
    assert rows["not asked"].keys() == ONLY_AWS
    assert len(rows["holds"]) > 50
    assert [table for table in TABLES if fresh.items(table)] == []


def test_faults_are_found_where_they_were_planted(fresh: Stack) -> None:
    """A role without a right, a missing route, a wrong table, a setting that made no version."""
    _take_right(fresh, "SubmitRole", "FloatMetricFeedback")
    _take_route(fresh, RECEIPTS)
    _set_variable(fresh, "BatchFunction", BOOLEAN_TABLE=fresh.table("FloatMetricFeedback"))
    _lambda(fresh).update_function_configuration(
        FunctionName=fresh.resources["InferencesFunction"], MemorySize=1024
    )
    denied = "SubmitFunction logged: .+ is not authorized to perform: dynamodb:PutItem"
    wanted = {
        "POST /feedback stores a float on an inference": denied,
        "POST /feedback stores a float on an episode": denied,
        "The API has every route of this checkout and no other, .+": f"no {re.escape(RECEIPTS)}",
        f"{re.escape(RECEIPTS)} finds what is stored": "404 .+ instead of 200",
        "Each function's variables .+": "BatchFunction: BOOLEAN_TABLE is .+, not Boolean.+",
        "POST /feedback/batch stores several of a boolean": ".+ not in BooleanMetricFeedback",
        "Each function's latest settings .+": "InferencesFunction: MemorySize not in force in 1",
    }

    code, printed, rows = _smoke(fresh.aws)

    assert code == 1
    assert len(rows["FAILS"]) == len(wanted), printed
    for title, reason in wanted.items():
        [told] = [note for one, note in rows["FAILS"].items() if re.fullmatch(title, one)]
        assert re.search(reason, told), printed


def test_a_stack_that_is_not_there_is_named(fresh: Stack) -> None:
    """So that a misspelt name is no success."""
    code, printed, _ = _smoke(fresh.aws, "no-such-stack")

    assert (code, printed) == (2, "There is no stack no-such-stack in us-east-1.\n")


def _lambda(stack: Stack) -> Any:
    return stack.aws.client("lambda")


def _take_right(stack: Stack, role: str, table: str) -> None:
    client, role = stack.aws.client("iam"), stack.resources[role]
    [name] = client.list_role_policies(RoleName=role)["PolicyNames"]
    document = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for statement in document["Statement"]:
        if isinstance(statement["Resource"], list):
            suffix = f"/{stack.table(table)}"
            kept = [arn for arn in statement["Resource"] if not arn.endswith(suffix)]
            statement["Resource"] = kept
    client.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def _take_route(stack: Stack, key: str) -> None:
    client, api = stack.aws.client("apigatewayv2"), stack.resources["Api"]
    routes = client.get_routes(ApiId=api)["Items"]
    [route] = [one["RouteId"] for one in routes if one["RouteKey"] == key]
    client.delete_route(ApiId=api, RouteId=route)


def _set_variable(stack: Stack, function: str, **variables: str) -> None:
    """Change it in a new version, and put that in force."""
    client, name = _lambda(stack), stack.resources[function]
    environment = client.get_function_configuration(FunctionName=name)["Environment"]
    environment["Variables"] |= variables
    client.update_function_configuration(FunctionName=name, Environment=environment)
    version = client.publish_version(FunctionName=name)["Version"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
