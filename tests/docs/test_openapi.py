"""docs/openapi.yaml is what the template and the code say; its page loads nothing."""

import re
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from authorizer.scopes import SCOPES
from shared.refusal import Refusal
from tests.support.deployment import deployed
from tests.support.openapi import DOCUMENT, OPERATIONS, PATH, body, documented, is_valid
from tests.support.template import ROOT, properties
from tools.openapi import operations, page, written
from tools.openapi.document import UnknownRoute, document

VALIDATOR = ROOT / ".tools/openapi/bin/openapi-spec-validator"


def test_it_is_what_would_be_written_now() -> None:
    """`make docs` writes it anew."""
    assert PATH.read_text("utf-8") == written.text()


def test_it_is_openapi() -> None:
    """By the specification's own schema, and every reference leads somewhere."""
    done = subprocess.run([VALIDATOR, PATH], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout
    assert DOCUMENT["openapi"].startswith("3.1.")


def test_it_has_the_routes_that_are_deployed() -> None:
    """With their parameters, and the scope that a key must have."""
    stack = deployed(Aggregates="on")
    routes = [
        documented(one["RouteKey"])
        for one in properties("AWS::ApiGatewayV2::Route", stack).values()
    ]
    parameters = {
        route: [one["name"] for one in operation.get("parameters", []) if one["in"] == "path"]
        for route, operation in OPERATIONS.items()
    }

    assert parameters == {route: re.findall(r"\{(\w+)\}", route) for route in routes}
    assert {route: one["security"] for route, one in OPERATIONS.items()} == {
        documented(route): [{"credential": [scope] if scope else []}]
        for route, scope in SCOPES.items()
    }


def test_a_route_that_is_not_described_is_named() -> None:
    """So is one that is described and not there."""
    described = dict(operations.OPERATIONS)
    status = described.pop("GET /status")

    with pytest.raises(UnknownRoute, match=r"in template.yaml, not in .*: \['GET /status'\]"):
        document(described)
    with pytest.raises(UnknownRoute, match=r"not in template.yaml: \['GET /nowhere'\]"):
        document({**operations.OPERATIONS, "GET /nowhere": status})


def test_every_refusal_is_an_answer_with_its_status() -> None:
    """And no other: alone, or as what an element of a batch is answered."""
    alone = {
        (code, int(status))
        for operation in OPERATIONS.values()
        for status, answer in operation["responses"].items()
        for code in _codes(answer["content"])
    }
    elements = {
        (code, said["properties"]["status"]["const"])
        for name in ("FeedbackBatchAnswer", "InferenceBatchAnswer")
        for said in DOCUMENT["components"]["schemas"][name]["items"]["anyOf"]
        for code in _codes(said)
    }

    declared = {(one.code, int(one.status)) for one in Refusal.__subclasses__()}
    assert alone | elements == declared
    assert elements - alone == {("batch_refused", 424), ("not_storable", 500)}


def _codes(node: Any) -> Iterator[str]:
    """Yield the codes that a schema has room for."""
    if isinstance(node, list):
        for part in node:
            yield from _codes(part)
    elif isinstance(node, dict):
        yield from node.get("code", {}).get("enum", [])
        for part in node.values():
            yield from _codes(part)


@pytest.mark.parametrize("route", [route for route in OPERATIONS if route.startswith("POST")])
def test_the_examples_of_a_body_are_as_its_schema_says(route: str) -> None:
    """They are the events' bodies, which are answered 200."""
    content = OPERATIONS[route]["requestBody"]["content"]["application/json"]

    assert content["examples"]
    for example in content["examples"].values():
        assert is_valid(body(route), example["value"])


class _Resources(HTMLParser):
    """Collects what a page's tags name as something to load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str | None] = []
        self.policy: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        self.addresses += [given[name] for name in ("src", "href", "data") if name in given]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]


def test_the_page_loads_nothing() -> None:
    """No tag of it names an address, and its policy lets no script and no style ask for one."""
    if not page.PROGRAM.is_dir():
        pytest.skip("no npm: Swagger UI is not installed")
    found = _Resources()
    found.feed(page.text())

    assert found.tags == {"html", "meta", "title", "style", "div", "script"}
    assert found.addresses == []
    assert found.policy
    assert found.policy.startswith("default-src 'none'; ")
    assert "http" not in found.policy
    assert "@import" not in page.text()
