"""Whatever is sent in the header, it is accepted or refused: nothing breaks the authorizer."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authorizer.rejection import Rejection
from authorizer.service import authorize
from tests.unit.authorizer.claims import NOW, claims
from tests.unit.authorizer.conftest import KID, PUBLIC_ID, SECRET, DictKeys, Signer

SIGNER = Signer()
KEYS = DictKeys(token_keys={KID: SIGNER.token_key()})

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def _part(content: str) -> str:
    return base64.urlsafe_b64encode(content.encode("utf-8", "surrogatepass")).decode().rstrip("=")


parts = st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode())
documents = anything.map(lambda value: _part(json.dumps(value)))
headers = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["EdDSA", "ES256", "RS256", "HS256", "none"]) | anything,
        "kid": st.sampled_from([KID, PUBLIC_ID]) | anything,
        "typ": st.just("JWT") | anything,
    },
).map(lambda value: _part(json.dumps(value)))
tokens = st.tuples(headers | documents | parts, documents | parts, parts).map(".".join)
keys = st.builds("sk-t0-{}-{}".format, st.just(PUBLIC_ID) | st.text(), st.just(SECRET) | st.text())


@given(st.text() | st.builds("Bearer {}".format, st.text() | keys | tokens))
def test_any_header_is_refused(header: str) -> None:
    """None of them is a key that is known, or is signed."""
    with pytest.raises(Rejection):
        authorize(header, "POST /feedback", keys=KEYS, now=NOW)


@given(st.dictionaries(st.sampled_from([*claims(), "nbf", "once", "jti"]), anything))
def test_any_claims_that_are_signed_are_read_or_refused(changes: dict[str, Any]) -> None:
    """What is read can be written as JSON, as Lambda does it."""
    token = SIGNER.sign(claims(**changes))
    try:
        context = authorize(f"Bearer {token}", "POST /feedback", keys=KEYS, now=NOW)
    except Rejection:
        return
    assert json.loads(json.dumps(context, ensure_ascii=False).encode()) == context
