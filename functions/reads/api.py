"""The HTTP side of the reads: an event in, the answer of its route out."""

import time
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from feedback.rules import NotGranted
from reads.inferences import DynamoInferences
from reads.label_query import LabelQuery
from reads.labels import DynamoLabels
from reads.receipts import DynamoReceipts, FeedbackNotFound, UnknownRoute
from reads.status import Status
from reads.target.views import LIST, View, target
from shared import document, fields, http, uuids
from shared.endpoint import Call, Handler, endpoint
from shared.http import Reply
from shared.retry import retry
from shared.telemetry import Telemetry


def build(views: Mapping[str, View], telemetry: Telemetry) -> Handler:
    """Make the Lambda handler out of what answers each route."""

    def answer(call: Call) -> Reply:
        route = call.event["routeKey"]
        if call.caller.grant is not None and route != LIST:
            raise NotGranted(f"An end user's token allows {LIST} only")
        return http.reply(HTTPStatus.OK, views[route](call))

    return endpoint(answer, telemetry)


def views(
    receipts: DynamoReceipts, labels: DynamoLabels, inferences: DynamoInferences, status: Status
) -> dict[str, View]:
    """Return the views of single things, by their routes."""
    return {
        f"{LIST}/{{feedback_id}}": partial(_receipt, receipts),
        "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback": partial(
            _label, labels
        ),
        "GET /internal/inferences/{inference_id}": partial(_inference, inferences),
        "GET /status": lambda _: status.status(),
        "GET /health": lambda _: status.health(),
    }


def _receipt(receipts: DynamoReceipts, call: Call) -> dict[str, Any]:
    path = call.event["pathParameters"]
    feedback_id = uuids.parse(path["feedback_id"])
    if feedback_id is None:
        raise UnknownRoute(f"/internal/feedback/{path['target_id']}/{path['feedback_id']}")
    target_id = target(call)
    get = partial(receipts.get, target_id, feedback_id)
    receipt = retry(get, call.time_left, time.sleep)
    if receipt is None:
        raise FeedbackNotFound(f"Feedback ID: {feedback_id} is not stored on {target_id}")
    return {"feedback": receipt}


def _label(labels: DynamoLabels, call: Call) -> dict[str, Any]:
    datapoint_id = fields.uuid("datapoint_id", call.event["pathParameters"]["datapoint_id"])
    query = LabelQuery.parse(document.parse(http.body(call.event)))
    label = labels.latest(datapoint_id, query)
    return {} if label is None else {"feedback": label}


def _inference(inferences: DynamoInferences, call: Call) -> dict[str, Any]:
    inference_id = fields.uuid("inference_id", call.event["pathParameters"]["inference_id"])
    get = partial(inferences.get, inference_id)
    return {"inference": retry(get, call.time_left, time.sleep)}
