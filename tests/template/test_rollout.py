"""What a deployment brings into force: SAM's own transform, before a change and after it."""

from collections.abc import Iterator

import pytest

from tests.support.deployment import deployed
from tests.support.template import Template, properties
from tests.template.transform import PLACES, packaged, translated

ALL = set(properties("AWS::Serverless::Function"))
CODE = {
    "SubmitFunction": {"SubmitFunction"},
    "ConfigLayer": {"SubmitFunction", "BatchFunction", "ReadsFunction"},
    "DependenciesLayer": ALL,
    "JwtLayer": {"AuthorizerFunction"},  # larger than all else, and the others verify no token
}
"""Something that is built anew, and whose version it is a part of."""
PARAMETERS = {
    "IdempotencyDays=8": ALL,
    "MemorySize=1024": ALL,
    "Architecture=x86_64": ALL,
    "SnapStart=true": ALL,
    "SystemLogLevel=INFO": ALL,
    "Tracing=Active": ALL,
    "SubmitConcurrency=100": {"SubmitFunction"},
    "Aggregates=off": {"ReadsFunction"},  # which has a variable less
    "AuthorizerCacheSeconds=0": set[str](),
}
"""Another value of a parameter, and the functions that it is for."""
CONCERNED = {"nothing": set[str](), **CODE, **PARAMETERS}


def _changed() -> Iterator[Template]:
    yield packaged(Aggregates="on")
    for name in CODE:
        template = packaged(Aggregates="on")
        resource = template["Resources"][name]
        resource["Properties"][PLACES[resource["Type"]]] = "s3://bucket/new"
        yield template
    for change in PARAMETERS:
        yield packaged(**{"Aggregates": "on", **dict([change.split("=")])})


def _versions(template: Template) -> dict[str, str]:
    """Give the version that each function's alias points to."""
    aliases = properties("AWS::Lambda::Alias", template).values()
    return {one["FunctionName"]["Ref"]: one["FunctionVersion"]["Fn::GetAtt"][0] for one in aliases}


@pytest.fixture(scope="module")
def rolled_out() -> dict[str, set[str]]:
    """Deploy it as it is, then with each change: whose alias then points to another version."""
    before, *after = map(_versions, translated(packaged(Aggregates="on"), *_changed()))
    assert before.keys() == ALL
    return {
        change: {name for name in before if before[name] != versions[name]}
        for change, versions in zip(CONCERNED, after, strict=True)
    }


@pytest.mark.parametrize("change", CONCERNED)
def test_a_change_comes_into_force_with_the_functions_that_it_is_for(
    change: str, rolled_out: dict[str, set[str]]
) -> None:
    """And rolls no other out. A condition would hide from SAM that a parameter has changed."""
    assert rolled_out[change] == CONCERNED[change]


def test_reserved_concurrency_makes_a_version_that_lambda_takes_for_a_new_one() -> None:
    """By itself it is no part of a version to Lambda, which would refuse to publish it again."""
    before, after = (
        deployed(SubmitConcurrency=value)["Resources"]["SubmitFunction"]["Properties"]
        for value in ("none", "100")
    )

    assert "ReservedConcurrentExecutions" not in before
    assert after["ReservedConcurrentExecutions"] == "100"
    assert before["Description"] != after["Description"]
