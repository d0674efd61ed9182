"""What the README says of the code is what the code says."""

import ast
import re
from itertools import chain
from typing import Any

import pytest

from authorizer.scopes import SCOPES
from batch import api as batch_api
from batch import grouping
from feedback import tags
from feedback.request import FIELDS
from inferences.request import InferenceRequest
from shared import errors, telemetry
from shared.http import MAX_BODY
from shared.items import MAX_ITEM
from shared.refusal import Refusal
from tests.docs.markdown import README, ROOT, codes
from tests.support.template import TEMPLATE, properties, resources

REFUSALS = [refusal for refusal in vars(errors).values() if hasattr(refusal, "code")]
IGNORED = {line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()}


def _first_codes(head: str) -> list[str]:
    return [code for row in README.table(head) for code in codes(row[0])]


def test_every_refusal_is_documented_with_its_status() -> None:
    """And no other."""
    documented = {row[0].strip("`"): row[1] for row in README.table("| code | status | meaning |")}

    assert documented == {
        refusal.code: str(refusal.status.value)
        for refusal in REFUSALS
        if issubclass(refusal, Refusal)
    }


LIMITS = [
    *(MAX_BODY, MAX_ITEM, errors.ECHO),
    *(batch_api.MAX_BODY, grouping.MOST_PUTS, grouping.MOST_BYTES),
    *(tags.MOST, tags.LONGEST_NAME, tags.LONGEST_VALUE),
]


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_is_told_in_numbers(limit: int) -> None:
    """Those of the code."""
    assert re.search(rf"\b{limit:,}\b", README.text)


def test_every_route_is_documented_with_its_scope() -> None:
    """And no other."""
    rows = README.table("| route | what it does | scope of the key |")
    routes = properties("AWS::ApiGatewayV2::Route").values()

    assert {codes(row[0])[0]: row[2].strip("`") for row in rows} == {
        route["RouteKey"]: SCOPES[route["RouteKey"]] or "any" for route in routes
    }


def test_every_parameter_of_the_template_is_documented_with_its_default() -> None:
    """And no other."""
    rows = README.table("| parameter | default | meaning |")

    assert {row[0].strip("`"): row[1].strip("`") for row in rows} == {
        name: str(parameter["Default"]) or "none"
        for name, parameter in TEMPLATE["Parameters"].items()
    }


def test_every_table_is_documented_with_its_keys() -> None:
    """And no other."""
    rows = README.table("| table | partition key | sort key | other attributes |")

    assert {codes(row[0])[0]: [*codes(row[1]), *codes(row[2])] for row in rows} == {
        name: [key["AttributeName"] for key in table["KeySchema"]]
        for name, table in properties("AWS::DynamoDB::Table").items()
    }


def test_every_field_of_feedback_is_documented() -> None:
    """And of an inference, in the same tables."""
    fields = _first_codes("| field | type | meaning |")

    assert sorted(fields) == sorted(chain(FIELDS, InferenceRequest.model_fields))


def test_every_metric_is_documented_with_the_services_that_emit_it() -> None:
    """And no other."""
    emitted: dict[str, set[str]] = {}
    for service, outcomes in _services().items():
        for metric in (*outcomes, telemetry.UNAVAILABLE):
            emitted.setdefault(metric, set()).add(service)

    rows = README.table("| metric | service | counts |")
    assert {codes(row[0])[0]: {*codes(row[1])} for row in rows} == emitted
    assert f"`{telemetry.NAMESPACE}`" in README.text


def _services() -> dict[str, list[str]]:
    """Give the metrics of outcomes that a service's `Telemetry(…)`s name."""
    calls = [
        node
        for path in (ROOT / "functions").glob("*/api.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Telemetry"
    ]
    services: dict[str, list[str]] = {}
    for call in calls:
        outcomes = services.setdefault(ast.literal_eval(call.args[0]), [])
        outcomes += [ast.literal_eval(word.value) for word in call.keywords]
    return services


def test_every_alarm_is_documented() -> None:
    """And no other."""
    alarms = resources("AWS::CloudWatch::Alarm")

    assert sorted(_first_codes("| alarm | fires when |")) == sorted(alarms)


@pytest.mark.parametrize("output", ["ApiUrl"])
def test_an_output_that_is_named_exists(output: str) -> None:
    """The URL is where the README says."""
    assert f"output `{output}`" in README.text
    assert output in TEMPLATE["Outputs"]


def test_every_command_is_documented() -> None:
    """Those that `make help` lists, apart from itself."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    commands = {*re.findall(r"^([a-z]+):.*## ", makefile, flags=re.MULTILINE)}

    assert {*re.findall(r"`make ([a-z]+)", README.text)} == commands


def _layout() -> dict[str, Any]:
    """Give the paths of the layout; two spaces lead one level deeper."""
    (content,) = [
        content
        for language, content in README.blocks()
        if language == "text" and content.startswith("functions/")
    ]
    paths, parents = {}, list[str]()
    for line in content.splitlines():
        name = line.split()[0]
        level = (len(line) - len(line.lstrip())) // 2
        parents[level:] = [name]
        paths["".join(parents)] = line[len(name) :].strip()
    return paths


@pytest.mark.parametrize("path", _layout())
def test_what_the_layout_lists_is_there(path: str) -> None:
    """A folder is written with a slash."""
    assert (ROOT / path).is_dir() if path.endswith("/") else (ROOT / path).is_file()


def test_the_layout_lists_every_folder_of_the_first_level_and_of_what_is_shipped() -> None:
    """Whoever adds one says what it is for."""
    present = {
        f"{path.relative_to(ROOT)}/"
        for pattern in ("*", "functions/*", "functions/*/*", "layers/*")
        for path in ROOT.glob(pattern)
        if path.is_dir() and path.name not in {*IGNORED, ".git"}
    }

    assert present <= {*_layout()}


@pytest.mark.parametrize("event", re.findall(r"-e (events/\S+)|`(events/\S+\.json)`", README.text))
def test_an_event_file_that_is_named_exists(event: tuple[str, str]) -> None:
    """The command can be copied."""
    assert (ROOT / "".join(event)).is_file()
