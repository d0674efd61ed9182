"""Every route is behind the authorizer, and the authorizer knows every route."""

import tomllib
from typing import Any

import pytest

from authorizer.scopes import FOR_TOKENS, SCOPES
from tests.support.template import ROOT, TEMPLATE, properties

ROUTES = properties("AWS::ApiGatewayV2::Route")
AUTHORIZER: dict[str, Any] = properties("AWS::ApiGatewayV2::Authorizer")["Authorizer"]
FUNCTIONS = properties("AWS::Serverless::Function")


@pytest.mark.parametrize("route", ROUTES)
def test_a_route_is_behind_the_authorizer_unless_authentication_is_off(route: str) -> None:
    """Status and health too."""
    assert ROUTES[route]["AuthorizationType"] == {"If": ["IsAuthenticated", "CUSTOM", "NONE"]}
    assert ROUTES[route]["AuthorizerId"] == {
        "If": ["IsAuthenticated", {"Ref": "Authorizer"}, {"Ref": "AWS::NoValue"}]
    }


def test_every_route_has_its_scope() -> None:
    """Whoever adds a route says who may call it; no scope is left of one that has gone."""
    keys = {route["RouteKey"] for route in ROUTES.values()}

    assert SCOPES.keys() == keys
    assert keys >= FOR_TOKENS


def test_authentication_is_on_unless_somebody_turns_it_off() -> None:
    """No stage of ours does, and each says so; whoever does is told what it means."""
    parameter = TEMPLATE["Parameters"]["Authentication"]

    assert (parameter["Default"], parameter["AllowedValues"]) == ("required", ["required", "none"])
    assert TEMPLATE["Conditions"]["IsAuthenticated"] == {
        "Equals": [{"Ref": "Authentication"}, "required"]
    }
    assert TEMPLATE["Conditions"]["IsOpen"] == {"Not": [{"Condition": "IsAuthenticated"}]}
    assert TEMPLATE["Outputs"]["Warning"]["Condition"] == "IsOpen"
    stages = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    for stage in ("default", "prod", "local"):
        given = stages[stage]["deploy"]["parameters"]["parameter_overrides"].split()
        assert "Authentication=required" in given


def test_an_answer_is_kept_for_one_credential_on_one_route() -> None:
    """By the header alone, what may be done on one route could be done on all."""
    assert AUTHORIZER["IdentitySource"] == ["$request.header.Authorization", "$context.routeKey"]
    assert AUTHORIZER["AuthorizerResultTtlInSeconds"] == {"Ref": "AuthorizerCacheSeconds"}
    assert AUTHORIZER["AuthorizerType"] == "REQUEST"
    assert AUTHORIZER["AuthorizerPayloadFormatVersion"] == "2.0"
    assert AUTHORIZER["EnableSimpleResponses"] is True


def test_api_gateway_may_call_the_authorizer_for_this_api_only() -> None:
    """Its alias, as this authorizer."""
    permission = properties("AWS::Lambda::Permission")["AuthorizerPermission"]
    form, names = AUTHORIZER["AuthorizerUri"]["Sub"]

    assert "/functions/${Alias}/invocations" in form
    assert names == {"Alias": permission["FunctionName"]}
    assert permission["FunctionName"] == {"Ref": "AuthorizerFunction.Alias"}
    assert permission["SourceArn"]["Sub"].endswith(":${Api}/authorizers/${Authorizer}")


def test_the_authorizer_gives_up_before_the_api_does() -> None:
    """An HTTP API waits 10 seconds for its authorizer."""
    assert FUNCTIONS["AuthorizerFunction"]["Timeout"] < 10


def test_the_library_for_tokens_lies_beside_the_authorizer_only() -> None:
    """It is larger than all else together, and the others never verify one."""
    having = {
        name
        for name, function in FUNCTIONS.items()
        if {"Ref": "JwtLayer"} in function.get("Layers", ())
    }

    assert having == {"AuthorizerFunction"}
    assert {"Ref": "JwtLayer"} not in TEMPLATE["Globals"]["Function"]["Layers"]
