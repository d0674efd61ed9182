"""What the documents' tables say of the code and of the template is what these say."""

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from authorizer.rejection import Rejection
from authorizer.scopes import SCOPES
from feedback.request import FIELDS
from inferences.request import InferenceRequest
from shared import telemetry
from shared.elements import MAX_ELEMENTS
from shared.refusal import Refusal
from tests.docs.markdown import README, ROOT, Document, codes, rows
from tests.support.lambdas import PACKAGES
from tests.support.openapi import documented
from tests.support.template import TEMPLATE, properties

SHIPPED = sorted((ROOT / "functions").rglob("*.py"))
LIMITS = {row[2].strip("`"): row[1] for row in rows("limit", "value", "constant")}


def _value(constant: str) -> Any:
    module, _, name = constant.rpartition(".")
    return getattr(import_module(module), name)


@pytest.mark.parametrize(("constant", "value"), LIMITS.items(), ids=LIMITS)
def test_a_limit_is_the_codes(constant: str, value: str) -> None:
    """Each has a row of its own, which names the constant."""
    limit = _value(constant)

    assert value == (f"{int(limit):,}" if 1 <= limit < 1e15 else f"{limit:g}")


def test_a_limit_stands_in_its_row_only() -> None:
    """Elsewhere there is a link to it: a number that stands twice is changed once."""
    prose = "\n".join(
        line
        for document in (README, Document.at("docs/api.md"), Document.at("docs/authentication.md"))
        for line in document.prose.splitlines()
        if not re.search(r"\| `\w+(\.\w+)+` \|$", line)
    )

    guarded = {value for value in LIMITS.values() if len(value) > 2} - {"100", "200"}
    assert [value for value in guarded if re.search(rf"(?<![\w-]){value}\b", prose)] == []
    assert f"stores up to {MAX_ELEMENTS} feedbacks" in README.text


def test_every_limit_of_the_code_has_a_row() -> None:
    """Except DynamoDB's own and the aggregator's, which callers do not meet."""
    limits = {
        f"{_module(path)}.{name}"
        for path in SHIPPED
        for name in re.findall(r"^(MAX_\w+) = ", path.read_text("utf-8"), re.MULTILINE)
        if "json_schema" not in path.parts
    }

    own = {name for name in limits if not name.startswith("aggregator.")}
    assert own - LIMITS.keys() == {
        "feedback.lookup.MAX_KEYS",
        "batch.grouping.MAX_PLAIN",
        "batch.grouping.MAX_REQUEST",
    }


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT / "functions").with_suffix("").parts)


def _tree(base: type[Any]) -> Iterator[type[Any]]:
    for child in base.__subclasses__():
        yield child
        yield from _tree(child)


@pytest.fixture(scope="module", autouse=True)
def _everything_is_imported() -> None:
    """Import the rules, so that their refusals are known."""
    for path in SHIPPED:
        if path.name != "app.py":
            import_module(_module(path))


def test_every_refusal_is_documented_with_its_status() -> None:
    """And no other."""
    documented = {row[0].strip("`"): row[1] for row in rows("code", "status", "meaning")}

    assert documented == {one.code: str(one.status.value) for one in _tree(Refusal)}


def test_every_rejection_of_a_credential_is_documented() -> None:
    """And no other: callers do not see the codes, operators do."""
    documented = {row[0].strip("`") for row in rows("code in the log", "meaning")}

    assert documented == {one.code for one in _tree(Rejection)}


def test_every_route_is_documented_with_its_scope() -> None:
    """And no other."""
    in_readme = rows("route", "what it does", "scope of the key")
    routes = [route["RouteKey"] for route in properties("AWS::ApiGatewayV2::Route").values()]

    assert {codes(row[0])[0]: row[2].strip("`") for row in in_readme} == {
        documented(route): SCOPES[route] or "any" for route in routes
    }


def test_every_parameter_of_the_template_is_documented_with_its_default() -> None:
    """And no other."""
    documented = rows("parameter", "default", "meaning")

    assert {row[0].strip("`"): row[1].strip("`") for row in documented} == {
        name: str(parameter.get("Default", "required")) or "none"
        for name, parameter in TEMPLATE["Parameters"].items()
    }


def test_every_table_is_documented_with_its_keys() -> None:
    """And no other."""
    documented = rows("table", "partition key", "sort key", "other attributes")

    assert {codes(row[0])[0]: [*codes(row[1]), *codes(row[2])] for row in documented} == {
        name: [key["AttributeName"] for key in table["KeySchema"]]
        for name, table in properties("AWS::DynamoDB::Table").items()
    }


def test_every_field_of_a_request_is_documented() -> None:
    """Of feedback and of an inference, in tables of the same columns."""
    fields = [code for row in rows("field", "type", "meaning") for code in codes(row[0])]

    assert sorted(fields) == sorted(chain(FIELDS, InferenceRequest.model_fields))


def test_every_metric_is_documented() -> None:
    """And no other; so is every service."""
    documented = rows("metric", "dimensions", "counts")
    text = Document.at("docs/operations.md").text
    services = " ".join(sorted(PACKAGES.values()))

    assert {codes(row[0])[0] for row in documented} == {telemetry.REFUSED, telemetry.UNAVAILABLE}
    assert f"namespace `{telemetry.NAMESPACE}`" in text
    [line] = [line for line in text.splitlines() if line.startswith("The services are ")]
    assert " ".join(sorted(codes(line))) == services


def test_every_alarm_is_documented_with_its_threshold() -> None:
    """And no other."""
    documented = rows("alarm", "fires at", "means", "do first")

    assert {name: row[1] for row in documented for name in codes(row[0])} == {
        name: f"{alarm['Threshold']} in {alarm['Period'] * alarm['EvaluationPeriods'] // 60} min"
        for name, alarm in properties("AWS::CloudWatch::Alarm").items()
    }


def test_the_outputs_that_are_named_exist() -> None:
    """The stack says where it is, and when it is open to everybody."""
    assert {"ApiUrl", "Warning"} <= TEMPLATE["Outputs"].keys()
