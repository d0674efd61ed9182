"""The HTTP side of recording inferences, one or many: an event in, a response out."""

from http import HTTPStatus
from typing import Any

from feedback.model import Inference
from inferences.batch import BatchRecorder, Outcome
from inferences.request import InferenceRequest
from inferences.store import DynamoInferences
from shared import document, elements, http
from shared.endpoint import Call, Handler, endpoint
from shared.http import Reply
from shared.refusal import Refusal
from shared.telemetry import Telemetry

BATCH = "POST /internal/inferences/batch"


def build(inferences: DynamoInferences, telemetry: Telemetry) -> Handler:
    """Make the Lambda handler of both routes."""
    recorder = BatchRecorder(inferences)

    def answer(call: Call) -> Reply:
        inference = InferenceRequest.parse(document.parse(http.body(call.event))).to_inference()
        inferences.record(inference)
        return http.reply(HTTPStatus.OK, _ids(inference))

    def answer_batch(call: Call) -> Reply:
        batch = elements.read(document.parse(http.body(call.event, elements.MAX_BODY)))
        outcomes = recorder.record(batch, call.time_left)
        elements.log(outcomes, telemetry, call.request_id)
        return http.reply(HTTPStatus.OK, [_to_element(outcome) for outcome in outcomes])

    def answer_either(call: Call) -> Reply:
        return (answer_batch if call.event.get("routeKey") == BATCH else answer)(call)

    return endpoint(answer_either, telemetry)


def _to_element(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Refusal):
        return {"status": outcome.status, **outcome.payload}
    return {"status": HTTPStatus.OK, **_ids(outcome)}


def _ids(inference: Inference) -> dict[str, str]:
    return {"inference_id": inference.id, "episode_id": inference.episode_id}
