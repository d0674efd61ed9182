"""The API: its routes, who may call them and how often, and what the log says of them."""

import re
import tomllib

import pytest

from authorizer.scopes import FOR_TOKENS, SCOPES
from tests.support.deployment import decided, deployed
from tests.support.template import ROOT, TEMPLATE, properties, resources, with_values

ROUTES = {
    "FeedbackRoute": "POST /feedback",
    "BatchRoute": "POST /feedback/batch",
    "ReceiptsRoute": "GET /internal/feedback/{target_id}/{feedback_id}",
    "InferencesRoute": "POST /internal/inferences",
    "InferencesBatchRoute": "POST /internal/inferences/batch",
    "RecordedInferenceRoute": "GET /internal/inferences/{inference_id}",
    "FeedbackListRoute": "GET /internal/feedback/{target_id}",
    "FeedbackDemonstrationsRoute": "GET /internal/feedback/{target_id}/demonstrations",
    "FeedbackBoundsRoute": "GET /internal/feedback/{target_id}/bounds",
    "FeedbackCountRoute": "GET /internal/feedback/{target_id}/count",
    "FeedbackLatestRoute": "GET /internal/feedback/{target_id}/latest_id_by_metric",
    "EvaluationsRoute": "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback",
    "StatusRoute": "GET /status",
    "HealthRoute": "GET /health",
}
COMPARING = {
    "MetricsRoute": "GET /internal/functions/{function}/metrics",
    "VariantPerformancesRoute": "GET /internal/functions/{function}/variant_performances",
    "InferenceCountRoute": "GET /internal/functions/{function}/inference_count/{metric+}",
    "FeedbackTimeSeriesRoute": "GET /internal/feedback/timeseries",
    "InferenceListRoute": "POST /v1/inferences/list_inferences",
}
"""Those that are answered from aggregates, and are there with these only."""
ALL = ROUTES | COMPARING
"""As they are deployed: a line may be added to this, and none changed. Under another name, a route
would be made before the old one is deleted, and API Gateway refuses a key that is there."""
DEPLOYED = deployed(Aggregates="on")
WITHOUT = deployed(Aggregates="off")
PARAMETERS = TEMPLATE["Parameters"]
PERMISSIONS = properties("AWS::Lambda::Permission", DEPLOYED)


def test_the_api_has_these_routes_and_no_other() -> None:
    """No catch-all: junk never reaches a Lambda. Each has a scope, and no scope is left over."""
    for stack, there in ((DEPLOYED, ALL), (WITHOUT, ROUTES)):
        routes = properties("AWS::ApiGatewayV2::Route", stack)
        permissions = properties("AWS::Lambda::Permission", stack)
        assert {name: one["RouteKey"] for name, one in routes.items()} == there
        assert len(permissions) == len(there) + 1  # and the authorizer's
    assert SCOPES.keys() == {*ALL.values()} >= FOR_TOKENS


@pytest.mark.parametrize("route", ALL)
def test_a_route_reaches_its_function_and_nobody_else_may_call_it(route: str) -> None:
    """Its integration is there, and API Gateway may call the alias for this very route."""
    _, [_, integration] = DEPLOYED["Resources"][route]["Properties"]["Target"]["Fn::Join"]
    invoked = DEPLOYED["Resources"][integration["Ref"]]["Properties"]["IntegrationUri"]
    permission = PERMISSIONS[route.replace("Route", "Permission")]
    source, _ = permission["SourceArn"]["Fn::Sub"]
    method, path = ALL[route].split(" ")

    assert source.endswith(f":${{Api}}/$default/{method}{re.sub('{.+?}', '*', path)}")
    assert permission["FunctionName"] == invoked
    assert invoked["Ref"].endswith("Function.Alias")


@pytest.mark.parametrize(
    ("authentication", "wanted"),
    [("required", ("CUSTOM", {"Ref": "Authorizer"})), ("none", ("NONE", None))],
)
def test_every_route_is_behind_the_authorizer_unless_authentication_is_off(
    authentication: str, wanted: tuple[str, object]
) -> None:
    """Status and health too; whoever turns it off is warned."""
    stack = deployed(Authentication=authentication, Aggregates="on")

    for route in properties("AWS::ApiGatewayV2::Route", stack).values():
        assert (route["AuthorizationType"], route.get("AuthorizerId")) == wanted
    assert ("Warning" in stack["Outputs"]) == (authentication == "none")


def test_a_monitor_without_a_key_may_ask_for_the_health_and_for_nothing_else() -> None:
    """If it is allowed to: with a key by default."""
    stack = deployed(HealthAuthentication="none", Aggregates="on")
    routes = properties("AWS::ApiGatewayV2::Route", stack)
    open_ = {one["RouteKey"] for one in routes.values() if one["AuthorizationType"] == "NONE"}

    assert open_ == {"GET /health"}
    assert PARAMETERS["HealthAuthentication"]["Default"] == "required"


def test_the_api_has_a_domain_of_its_own_if_one_is_given() -> None:
    """With TLS 1.2, and the name that its DNS record is to point to."""
    stack = deployed(DomainName="feedback.example.com", CertificateArn="arn")
    [domain] = properties("AWS::ApiGatewayV2::DomainName", stack).values()
    [mapping] = properties("AWS::ApiGatewayV2::ApiMapping", stack).values()

    assert domain["DomainName"] == "feedback.example.com"
    assert domain["DomainNameConfigurations"][0]["SecurityPolicy"] == "TLS_1_2"
    assert mapping["DomainName"] == {"Ref": "ApiDomain"}
    assert "DomainTarget" in stack["Outputs"]
    assert not resources("AWS::ApiGatewayV2::DomainName", DEPLOYED)


def test_every_stage_says_which_it_is_and_that_authentication_is_required() -> None:
    """No stack is of some stage by default, and each keeps what it is no longer told."""
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    del configured["version"]

    assert PARAMETERS["Authentication"]["Default"] == "required"
    assert "Default" not in PARAMETERS["Stage"]
    for name, stage in configured.items():
        if "deploy" in stage:
            overrides = stage["deploy"]["parameters"]["parameter_overrides"]
            assert "Authentication=required" in overrides
            assert f"Stage={'dev' if name == 'local' else name}" in overrides
            assert stage["global"]["parameters"]["language_extensions"] is True


def test_an_answer_is_kept_for_one_credential_on_one_route() -> None:
    """By the header alone, what may be done on one route could be done on all."""
    [authorizer] = properties("AWS::ApiGatewayV2::Authorizer", DEPLOYED).values()
    permission = PERMISSIONS["AuthorizerPermission"]
    uri, names = authorizer["AuthorizerUri"]["Fn::Sub"]

    assert authorizer["IdentitySource"] == ["$request.header.Authorization", "$context.routeKey"]
    assert authorizer["AuthorizerResultTtlInSeconds"] == "60"
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert uri.endswith("/functions/${Alias}/invocations")
    assert names["Alias"] == permission["FunctionName"] == {"Ref": "AuthorizerFunction.Alias"}
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${Api}/authorizers/${Authorizer}")


@pytest.mark.parametrize(("aggregates", "there"), [("on", ALL), ("off", ROUTES)])
def test_every_route_that_costs_something_is_throttled_by_parameters_of_its_own(
    aggregates: str, there: dict[str, str]
) -> None:
    """A rate without a burst, or a burst without a rate, would be the account's."""
    stage = decided(with_values({"Aggregates": aggregates}))["Resources"]["ApiStage"]
    settings = stage["Properties"]["RouteSettings"]
    awaited = [*stage["DependsOn"], *(one["Ref"] for one in stage["Metadata"]["Aggregates"])]

    # API Gateway refuses a setting for a route that is not there yet.
    assert settings.keys() == {there[name] for name in awaited}
    assert {*there.values()} - settings.keys() == {"GET /status", "GET /health"}
    for setting in [stage["Properties"]["DefaultRouteSettings"], *settings.values()]:
        rate = setting["ThrottlingRateLimit"]["Ref"]
        burst = rate.replace("Rate", "Burst")
        assert setting["ThrottlingBurstLimit"] == {"Ref": burst}
        assert PARAMETERS[rate]["Default"] < PARAMETERS[burst]["Default"]


def test_no_web_page_may_call_the_api_unless_its_origin_is_given() -> None:
    """Then those pages alone, without cookies."""
    pages = "https://a.example.com,http://localhost:8000"
    closed, opened = (
        properties("AWS::ApiGatewayV2::Api", one)["Api"]
        for one in (DEPLOYED, deployed(AllowedOrigins=pages))
    )

    assert "CorsConfiguration" not in closed
    assert opened["CorsConfiguration"]["AllowOrigins"] == pages.split(",")
    assert "AllowCredentials" not in opened["CorsConfiguration"]


def test_an_origin_is_a_page_of_ones_own() -> None:
    """As a browser spells it, and by TLS; without it from this machine only."""
    pattern = PARAMETERS["AllowedOrigins"]["AllowedPattern"]
    taken = ["", "https://app.example.com:8443", "http://localhost:8000", "http://127.0.0.1"]
    refused = ["*", "https://*.example.com", "http://app.example.com", "app.example.com", "null"]
    refused += ["http://127.0.0.1.example.com", "https://app.example.com/", "https://App.example"]

    assert [one for one in [*taken, *refused] if re.fullmatch(pattern, one)] == taken


def test_the_access_log_tells_nothing_about_a_caller() -> None:
    """Neither his address nor what he is authorized by; and free texts are named as such.

    Under its prefix, a log group takes no room in the account's policy for log delivery.
    """
    form = DEPLOYED["Resources"]["ApiStage"]["Properties"]["AccessLogSettings"]["Format"]
    name = DEPLOYED["Resources"]["ApiLogs"]["Properties"]["LogGroupName"]["Fn::Sub"]

    assert not re.search(r"identity|authorizer\.(?!error)|header|query|\$context\.path", form)
    assert name == "/aws/vendedlogs/${AWS::StackName}/access"
