"""Where the environment asks for anything unusual, only the SDK knows what to do."""

from typing import Any

import botocore.session
import pytest
from botocore.endpoint_provider import EndpointProvider

from shared.direct.target import SWITCH, target

ENVIRON = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLE==",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
SESSION = botocore.session.get_session()
LOADER = SESSION.get_component("data_loader")
ENDPOINTS = EndpointProvider(
    LOADER.load_service_model("dynamodb", "endpoint-rule-set-1"), LOADER.load_data("partitions")
)
REGIONS = {
    region: partition
    for partition in SESSION.get_available_partitions()
    for region in SESSION.get_available_regions("dynamodb", partition)
}


@pytest.mark.parametrize("region", REGIONS)
def test_the_host_of_a_region_is_the_sdks(region: str) -> None:
    """Of every region of AWS's first partition; the others are left to the SDK."""
    found = target({**ENVIRON, "AWS_DEFAULT_REGION": region})
    if REGIONS[region] != "aws":
        assert found is None
        return

    sdks = ENDPOINTS.resolve_endpoint(Region=region, UseDualStack=False, UseFIPS=False)
    assert found is not None
    assert (f"https://{found.authority}", found.host) == (sdks.url, found.authority)
    assert (found.tls, found.port, found.region) == (True, 443, region)


def test_the_keys_are_those_of_the_environment() -> None:
    """With the token, and the file of roots."""
    found = target({**ENVIRON, "AWS_CA_BUNDLE": "/roots.pem"})

    assert found is not None
    assert [found.access_key, found.secret_key, found.token] == list(ENVIRON.values())[:3]
    assert (found.url, found.roots) == (None, "/roots.pem")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:4566", (False, "127.0.0.1", 4566, "127.0.0.1:4566")),
        ("http://127.0.0.1:80/", (False, "127.0.0.1", 80, "127.0.0.1")),
        ("https://vpce-1.example.com", (True, "vpce-1.example.com", 443, "vpce-1.example.com")),
        ("https://example.com:8443", (True, "example.com", 8443, "example.com:8443")),
        ("https://Example.com", None),
        ("https://user@example.com", None),
        ("https://example.com/path", None),
        ("https://[::1]:1", None),
        ("ftp://example.com", None),
    ],
)
def test_an_endpoint_of_another_name(url: str, expected: tuple[Any, ...] | None) -> None:
    """DynamoDB's own variable comes before the one for every service."""
    general = target({**ENVIRON, "AWS_ENDPOINT_URL": url})
    own = target({**ENVIRON, "AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_DYNAMODB": url})

    assert general == own
    assert (None if own is None else own[:4]) == expected
    assert own is None or own.url == url


@pytest.mark.parametrize(
    "change",
    [
        {"AWS_ACCESS_KEY_ID": ""},
        {"AWS_SECRET_ACCESS_KEY": ""},
        {"AWS_SECRET_ACCESS_KEY": "with a space"},
        {"AWS_SESSION_TOKEN": "two\r\nlines"},
        {"AWS_DEFAULT_REGION": ""},
        {"AWS_DEFAULT_REGION": "us-east-1-fips"},
        {"AWS_DEFAULT_REGION": "local"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_USE_DUALSTACK_ENDPOINT": "TRUE"},
        {"AWS_PROFILE": "mine"},
        {"AWS_CREDENTIAL_EXPIRATION": "2026-01-01T00:00:00Z"},
        {"AWS_ACCOUNT_ID": "123456789012"},
        {"HTTPS_PROXY": "http://127.0.0.1:3128"},
        {"https_proxy": "http://127.0.0.1:3128"},
        {SWITCH: "sdk"},
    ],
    ids=str,
)
def test_what_is_unusual_is_left_to_the_sdk(change: dict[str, str]) -> None:
    """And so is a SnapStart's or a container's environment, which has no static keys."""
    assert target({**ENVIRON, **change}) is None


def test_a_feature_that_is_switched_off_is_not_asked_for() -> None:
    """Nor is the switch on if it says anything else."""
    off = {"AWS_USE_FIPS_ENDPOINT": "false", "HTTPS_PROXY": "", SWITCH: ""}

    assert target({**ENVIRON, **off}) == target(ENVIRON)
