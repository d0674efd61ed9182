"""What is said directly is what the SDK would have said, byte for byte."""

import time
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from shared.direct.exchange import encode
from shared.direct.signing import Signer
from shared.direct.target import Target
from tests.support.dynamodb import OPERATIONS, operation, parameters

VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=60)
REGIONS = st.sampled_from(["us-east-1", "eu-central-1", "ap-southeast-5", "mx-central-1"])
CALLS = st.sampled_from(OPERATIONS).flatmap(lambda name: st.tuples(st.just(name), parameters(name)))
MOMENTS = st.floats(0, 4_102_444_800)


@st.composite
def targets(draw: st.DrawFn) -> Target:
    """Draw a region's own endpoint, or one of another host and port."""
    region = draw(REGIONS)
    tls = draw(st.booleans())
    port = draw(st.sampled_from([80, 443, 8_000]))
    host = draw(st.sampled_from([f"dynamodb.{region}.amazonaws.com", "127.0.0.1", "localhost"]))
    authority = host if port == (443 if tls else 80) else f"{host}:{port}"
    token = draw(st.none() | VISIBLE)
    keys = draw(VISIBLE), draw(VISIBLE)
    return Target(tls, host, port, authority, region, *keys, token, url=None, roots=None)


def _signed_by_the_sdk(
    target: Target, headers: dict[str, str], body: bytes, stamp: str
) -> tuple[str, str]:
    """Give the names of the headers that botocore signs, and its `Authorization`."""
    credentials = Credentials(target.access_key, target.secret_key, target.token)
    signer = SigV4Auth(credentials, "dynamodb", target.region)
    url = f"{'https' if target.tls else 'http'}://{target.authority}/"
    unsigned = {name: headers[name] for name in headers if name not in {"Authorization", "Host"}}
    request = AWSRequest(method="POST", url=url, headers=unsigned, data=body)
    request.context["timestamp"] = stamp
    names = signer.signed_headers(signer.headers_to_sign(request))
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signature = signer.signature(text, request)
    scope = signer.scope(request)
    credential = f"AWS4-HMAC-SHA256 Credential={scope}"
    return names, f"{credential}, SignedHeaders={names}, Signature={signature}"


@given(targets(), CALLS, st.lists(MOMENTS, min_size=1, max_size=3))
def test_headers_and_signature_are_the_sdks(
    target: Target, call: tuple[str, dict[str, Any]], moments: list[float]
) -> None:
    """Of any parameters, region, keys and time; the key of the day is kept for its day only."""
    name, given_ = call
    body = encode(given_)
    signer = Signer(target)
    for moment in moments:
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
        headers = signer.headers(name, body, moment)
        names, authorization = _signed_by_the_sdk(target, headers, body, stamp)

        assert headers["Authorization"] == authorization
        assert headers["X-Amz-Date"] == stamp
        signed = {header.lower() for header in headers} - {"authorization"}
        assert signed == set(names.split(";"))


@given(CALLS)
def test_target_content_type_and_body_are_the_sdks(call: tuple[str, dict[str, Any]]) -> None:
    """The same bytes, whatever the texts are made of."""
    name, given_ = call
    sdks = create_serializer("json", include_validation=False).serialize_to_request(
        given_, operation(name)
    )
    target = Target(True, "h", 443, "h", "us-east-1", "key", "secret", None, None, None)  # noqa: FBT003
    headers = Signer(target).headers(name, b"", 0)

    assert encode(given_) == sdks["body"]
    assert {header: headers[header] for header in sdks["headers"]} == sdks["headers"]
