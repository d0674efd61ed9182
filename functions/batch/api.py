"""The HTTP side of `POST /feedback/batch`: an event in, a response out."""

from http import HTTPStatus
from typing import Any

from batch.service import BatchService
from batch.writes import Outcome
from feedback import idempotency_key
from feedback.idempotency_key import InvalidIdempotencyKey
from feedback.rules import NotGranted
from shared import document, elements, http
from shared.endpoint import Call, Handler, endpoint
from shared.fields import InvalidField
from shared.http import Event, Reply
from shared.refusal import Refusal
from shared.telemetry import Telemetry


def build(service: BatchService, telemetry: Telemetry) -> Handler:
    """Make the Lambda handler."""

    def answer(call: Call) -> Reply:
        if call.caller.grant is not None:
            raise NotGranted("An end user's token allows POST /feedback only")
        _require_no_key(call.event)
        atomic = _is_atomic(call.event)
        batch = elements.read(document.parse(http.body(call.event, elements.MAX_BODY)))
        outcomes = service.submit(batch, call.caller, call.time_left, atomic=atomic)
        elements.log(outcomes, telemetry, call.request_id)
        return http.reply(HTTPStatus.OK, [_to_element(outcome) for outcome in outcomes])

    return endpoint(answer, telemetry)


def _require_no_key(event: Event) -> None:
    if idempotency_key.HEADER in (event.get("headers") or {}):
        raise InvalidIdempotencyKey(
            "Idempotency-Key: a batch has none of its own, give each element an idempotency_key"
        )


def _is_atomic(event: Event) -> bool:
    text = (event.get("queryStringParameters") or {}).get("atomic", "false")
    if text not in {"true", "false"}:
        raise InvalidField("atomic: expected true or false")
    return bool(text == "true")


def _to_element(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Refusal):
        return {"status": outcome.status, **outcome.payload}
    return {"status": HTTPStatus.OK, "feedback_id": outcome.feedback_id}
