"""Where DynamoDB is and who calls it: what the environment says, if it says nothing unusual."""

import re
from collections.abc import Mapping
from typing import NamedTuple

SWITCH = "FEEDBACK_DYNAMODB_CLIENT"
"""The variable that says `sdk` where every call is to be made by the SDK."""

_AWS = re.compile(r"(?:us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+", re.ASCII)
"""The regions of the partition `aws`, as the SDK's own partitions.json has them."""
_URL = re.compile(r"(https?)://([a-z0-9.-]+)(?::([0-9]{1,5}))?/?")
_VISIBLE = re.compile(r"[!-~]+")
_PORTS = {"http": 80, "https": 443}
_FOR_THE_SDK = (
    "AWS_ACCOUNT_ID",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    "AWS_AUTH_SCHEME_PREFERENCE",
    "AWS_CONFIG_FILE",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CSM_ENABLED",
    "AWS_DATA_PATH",
    "AWS_DEFAULT_PROFILE",
    "AWS_ENDPOINT_DISCOVERY_ENABLED",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "ALL_PROXY",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "all_proxy",
    "http_proxy",
    "https_proxy",
)
"""Variables that ask for more than one host and one pair of keys: the SDK knows what they mean."""


class Target(NamedTuple):
    """One host, and one pair of keys."""

    tls: bool
    host: str
    port: int
    authority: str
    """What the `Host` header says: the port is in it unless it is the scheme's own."""
    region: str
    access_key: str
    secret_key: str
    token: str | None
    url: str | None
    """The endpoint that the environment names; None: the region's own."""
    roots: str | None
    """The file of root certificates that the environment names; None: those of the SDK."""


def target(environ: Mapping[str, str]) -> Target | None:
    """Read the environment; None where only the SDK knows what to do with it.

    That is so without static credentials (SnapStart, containers), outside the partition `aws`, for
    FIPS and dual-stack endpoints, with a proxy, with a profile, and where the switch says so.
    """
    asked = {name for name in _FOR_THE_SDK if environ.get(name, "").lower() not in {"", "false"}}
    region = environ.get("AWS_DEFAULT_REGION", "")
    keys = [environ.get("AWS_ACCESS_KEY_ID", ""), environ.get("AWS_SECRET_ACCESS_KEY", "")]
    token = environ.get("AWS_SECURITY_TOKEN", environ.get("AWS_SESSION_TOKEN")) or None
    named = environ.get("AWS_ENDPOINT_URL_DYNAMODB") or environ.get("AWS_ENDPOINT_URL") or None
    url = _URL.fullmatch(named or f"https://dynamodb.{region}.amazonaws.com")
    usable = all(_VISIBLE.fullmatch(text) for text in (*keys, "-" if token is None else token))
    ours = environ.get(SWITCH) != "sdk" and not asked and usable
    if not ours or url is None or not _AWS.fullmatch(region):
        return None
    scheme, host, port = url[1], url[2], int(url[3] or _PORTS[url[1]])
    return Target(
        tls=scheme == "https",
        host=host,
        port=port,
        authority=host if port == _PORTS[scheme] else f"{host}:{port}",
        region=region,
        access_key=keys[0],
        secret_key=keys[1],
        token=token,
        url=named,
        roots=environ.get("AWS_CA_BUNDLE") or None,
    )
