"""Every file in events/ is a case: its name has the status, and the code of a refusal."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from feedback.kinds.registry import KINDS
from shared.refusal import Refusal
from tests.support.events import BATCHES, EVENTS, SHAPES, check, in_order
from tests.support.lambdas import handler, packages, write_layer
from tests.support.openapi import answers as documented
from tests.support.openapi import is_valid
from tests.support.template import ROOT
from tests.unit.fakes import Invocation
from tools.emulator import Emulator
from tools.event import event, main

WITHOUT_EVENT = {
    "body_too_large": "megabytes: made below",
    "item_too_large": "hundreds of kilobytes: made below",
    "feedback_disabled": "needs another configuration: tests/unit/submit/test_service.py",
    "batch_refused": "is one element's answer: tests/unit/batch/test_service.py",
    "not_storable": "needs a fault of ours: tests/unit/batch/test_writer.py",
    "answer_too_large": "needs megabytes: tests/unit/reads/aggregate/test_cost.py",
    "too_many_inferences": "needs thousands: tests/unit/reads/listing/test_pages.py",
    "storage_unavailable": "needs an outage: tests/adapter/test_outages.py",
}
RECEIPT = "GET /internal/feedback/{target_id}/{feedback_id}"
"""Is about an id of another answer: read below."""
UNKNOWN = "Unknown metric: draft_acepted"


@dataclass(frozen=True)
class Api:
    """All Lambdas, behind their routes."""

    handlers: dict[str, Any]

    def send(self, request: dict[str, Any]) -> tuple[int, Any]:
        """Let the Lambda of its route answer an event."""
        reply = self.handlers[request["routeKey"]](request, Invocation())
        assert set(reply) == {"statusCode", "headers", "body"}
        assert reply["headers"]["content-type"] == "application/json"
        return reply["statusCode"], json.loads(reply["body"])


Answers: TypeAlias = dict[str, tuple[int, Any]]


@pytest.fixture(scope="module")
def api(
    aws: Emulator, tables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Api]:
    """Import every app.py as Lambda does, over the template's tables."""
    layer = write_layer(tmp_path_factory.mktemp("layer"))
    with ExitStack() as stack:
        handlers = {
            package: stack.enter_context(handler(package, layer, aws.endpoint, tables))
            for package in set(packages().values())
        }
        yield Api({route: handlers[package] for route, package in packages().items()})


@pytest.fixture(scope="module")
def answers(api: Api) -> Answers:
    """Send every event, those that record an inference first."""
    return {name: api.send(EVENTS[name]) for name in in_order()}


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_is_answered_as_its_name_says(answers: Answers, name: str) -> None:
    """The same as by `sam local`."""
    check(name, *answers[name])


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_is_answered_as_the_openapi_document_says(answers: Answers, name: str) -> None:
    """It has the status for the route, and an answer of this form."""
    status, body = answers[name]

    assert is_valid(documented(EVENTS[name]["routeKey"], status), body), body


def test_every_refusal_has_an_event(answers: Answers) -> None:
    """Or a reason for having none."""
    answered = {body["code"] for status, body in answers.values() if status != 200}
    declared = {refusal.code for refusal in Refusal.__subclasses__()}

    assert answered | WITHOUT_EVENT.keys() == declared
    assert not answered & WITHOUT_EVENT.keys()


def test_every_route_has_an_event_that_succeeds(answers: Answers) -> None:
    """And no event is for a route that is not there."""
    routes = {EVENTS[name]["routeKey"] for name, (status, _) in answers.items() if status == 200}

    assert routes | {RECEIPT} == set(packages()) == {*SHAPES, *BATCHES, RECEIPT}


def test_a_batch_is_answered_element_by_element(answers: Answers) -> None:
    """Each as it would be alone, in their order."""
    one, other, refused = answers["200-batch"][1]

    assert (one["status"], other["status"]) == (200, 200)
    assert one["feedback_id"] != other["feedback_id"]
    assert refused == {"status": 404, **answers["404-unknown-metric"][1], "error": UNKNOWN}
    assert answers["200-batch-empty"] == (200, [])


def test_lists_are_answered_with_what_the_other_events_have_stored(answers: Answers) -> None:
    """Of all kinds; a token has its author's own, and a page what was asked for."""
    listed = answers["200-list"][1]["feedback"]
    own = [row["id"] for row in answers["200-list-end-user-token"][1]["feedback"]]

    assert {row["type"] for row in listed} == {*KINDS}
    assert own == [answers["200-end-user-token"][1]["feedback_id"]]
    assert len(answers["200-list-page"][1]["feedback"]) == 2
    assert answers["200-record-inferences"][1][1]["code"] == "missing_field"


def test_a_repeat_is_answered_as_the_first(answers: Answers) -> None:
    """The key may be quoted or not."""
    assert answers["200-idempotency-key"] == answers["200-idempotency-key-repeat"]


def test_what_an_event_has_stored_has_a_receipt(api: Api, answers: Answers) -> None:
    """It says what was stored, and whose it is."""
    inference_id = answers["200-record-inference"][1]["inference_id"]
    feedback_id = answers["200-end-user-token"][1]["feedback_id"]
    ids = {"target_id": inference_id, "feedback_id": feedback_id}

    status, body = api.send(event(route=RECEIPT, parameters=ids))

    assert status == 200
    assert is_valid(documented(RECEIPT, status), body)
    row = body["feedback"]
    assert (row["type"], row["id"], row["target_id"]) == ("boolean", feedback_id, inference_id)
    assert (row["metric_name"], row["value"]) == ("draft_accepted", True)
    assert row["tags"] == {
        "tensorzero::token_author": "user-1",
        "tensorzero::token_key_id": "mnopqrstuvwx",
    }


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_is_what_api_gateway_sends(name: str) -> None:
    """Payload format 2.0, as tools/event.py makes it; header names are in lower case."""
    given = EVENTS[name]
    parameters = given.get("pathParameters")
    query = given["rawQueryString"]
    caller = given["requestContext"].get("authorizer", {}).get("lambda")
    made = event("", route=given["routeKey"], parameters=parameters, query=query, caller=caller)

    assert set(given) - {"body"} == set(made) - {"body"}
    assert given["version"] == "2.0"
    assert given["requestContext"].keys() == made["requestContext"].keys()
    assert given["requestContext"]["routeKey"] == given["routeKey"]
    assert given["rawPath"] == made["rawPath"] == given["requestContext"]["http"]["path"]
    assert given["requestContext"]["http"]["method"] == given["routeKey"].partition(" ")[0]
    assert all(header == header.lower() for header in given["headers"])


def test_a_body_far_too_large_is_refused(api: Api) -> None:
    """It could not be an item."""
    status, body = api.send(event('{"value": "' + "x" * 3_000_000 + '"}'))

    assert status == 413
    assert body["code"] == "body_too_large"


def test_an_item_too_large_is_refused(api: Api, answers: Answers) -> None:
    """Its target is there, and its body could be read."""
    recorded = answers["200-record-inference"][1]["inference_id"]
    comment = {"metric_name": "comment", "value": "x" * 409_600, "inference_id": recorded}

    status, body = api.send(event(json.dumps(comment)))

    assert status == 413
    assert body["code"] == "item_too_large"


def test_a_bug_escapes_to_lambda(api: Api) -> None:
    """It is not answered: Lambda counts it, and API Gateway answers 500."""
    with pytest.raises(AttributeError):
        api.send({**event(), "body": 5})


def test_an_event_is_made_by_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """`python -m tools.event BODY`, with what is unusual as options."""
    main(["{}", "--route", "POST /internal/inferences", "--base64", "--header", "x-a:b:c"])

    made = json.loads(capsys.readouterr().out)
    assert made == event(b"{}", route="POST /internal/inferences", headers={"x-a": "b:c"})
    assert made["body"] == "e30="
    assert made["isBase64Encoded"] is True
    assert made["rawPath"] == "/internal/inferences"

    main(["--route", "GET /health"])

    made = json.loads(capsys.readouterr().out)
    assert "body" not in made
    assert "content-type" not in made["headers"]


def test_files_end_as_text_files_do() -> None:
    """They are made by `python -m tools.event … > events/…`."""
    for path in Path(ROOT / "events").rglob("*.json"):
        text = path.read_text("utf-8")
        assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n", path
