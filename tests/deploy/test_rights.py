"""What CloudFormation may do in an account: what it needs for the stack, and nothing else.

AWS publishes with each type of resource which rights its handlers ask for; cfn-lint brings that.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
import yaml

from tests.deploy.reasons import BESIDE, UNUSED
from tests.support.template import ROOT
from tests.template.transform import packaged, translated

FUNCTIONS = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${StackName}-*"
FOR_OUR_FUNCTIONS = {"StringLike": {"lambda:FunctionArn": FUNCTIONS}}
"""The condition under which a right on all resources is one on this stack's."""


def test_cloudformation_may_do_what_each_type_of_resource_asks_for() -> None:
    """Unless there is a reason why it need not: each type, of a stack in any stage."""
    missing = {
        f"{kind}: {action}"
        for kind in _kinds()
        for action in _asked(kind) - _granted()
        if not any(action.startswith(unused) for unused in UNUSED)
    }

    assert not missing


def test_cloudformation_may_do_nothing_that_no_resource_asks_for() -> None:
    """And no reason is kept for a right that nobody asks for."""
    asked = set[str]().union(*(_asked(kind) for kind in _kinds()))

    assert _granted() - asked == BESIDE
    assert [one for one in UNUSED if not any(action.startswith(one) for action in asked)] == []
    assert not _granted() & UNUSED.keys()


@pytest.mark.parametrize("role", ["DeployRole", "ExecutionRole"])
def test_a_right_is_for_this_stack(role: str) -> None:
    """Or for what has no name that could be known: of these, each is listed here."""
    unnamed = {
        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis",
        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis/*",
        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/domainnames",
        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/domainnames/*",
        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/tags/*",
        "arn:${AWS::Partition}:cloudformation:${AWS::Region}:aws:transform/LanguageExtensions",
        "arn:${AWS::Partition}:cloudformation:${AWS::Region}:aws:transform/Serverless-2016-10-31",
        "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentconfig:*",
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:event-source-mapping:*",
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:layer:*",
    }
    for statement in _statements(role):
        assert not any(action.endswith("*") for action in _list(statement["Action"]))
        for resource in _list(statement["Resource"]):
            if resource == "*":
                ours = statement.get("Condition") == FOR_OUR_FUNCTIONS
                assert ours or all(action.startswith("logs:") for action in statement["Action"])
            else:
                name = str(resource)
                assert (
                    "${StackName}" in name
                    or "Artefacts" in name
                    or "ExecutionRole" in name
                    or (name in unnamed)
                )


def test_only_the_stages_environment_of_the_repository_may_deploy() -> None:
    """Neither another branch's job without that environment, nor another repository."""
    [statement] = _role("DeployRole")["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:${Repository}:environment:${Stage}",
        }
    }


class _Loader(yaml.SafeLoader):
    """Reads a short form as what it is about, as far as these tests ask."""


def _plain(loader: yaml.SafeLoader, _name: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node, deep=True)


_Loader.add_multi_constructor("!", _plain)


def _role(name: str) -> dict[str, Any]:
    template = yaml.load(
        (ROOT / "deploy/stage.yaml").read_text("utf-8"),
        _Loader,  # noqa: S506 - it is a SafeLoader
    )
    role: dict[str, Any] = template["Resources"][name]["Properties"]
    return role


def _statements(role: str) -> list[dict[str, Any]]:
    policies = _role(role)["Policies"]
    statements = [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]
    return [one for one in statements if one["Effect"] == "Allow"]


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@cache
def _granted() -> frozenset[str]:
    statements = _statements("ExecutionRole")
    return frozenset(action for one in statements for action in _list(one["Action"]))


@cache
def _kinds() -> frozenset[str]:
    """Give the types of a stack's resources, as SAM's transform leaves them, in any stage."""
    stages = translated(*(packaged(Stage=stage, Aggregates="on") for stage in ("dev", "prod")))
    kinds = {one["Type"] for stage in stages for one in stage["Resources"].values()}
    assert "AWS::Lambda::Version" in kinds
    return frozenset(kinds)


@cache
def _asked(kind: str) -> frozenset[str]:
    """Give the rights that a type's handlers ask for to make, read, change, tag and delete it."""
    schema = _schemas()[kind]
    handlers = [one for name, one in schema["handlers"].items() if name != "list"]
    asked = [*handlers, schema.get("tagging", {})]
    return frozenset(action for one in asked for action in one.get("permissions", ()))


@cache
def _schemas() -> dict[str, Any]:
    folder = files("cfnlint") / "data/schemas/resources"
    schemas = (json.loads(file.read_text("utf-8")) for file in folder.iterdir())
    return {schema["typeName"]: schema for schema in schemas if "handlers" in schema}
