"""The HTTP side of the reads: an event in, the answer of its route out."""

import time
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from reads.label_query import LabelQuery
from reads.labels import DynamoLabels
from reads.receipts import DynamoReceipts, FeedbackNotFound, UnknownRoute
from reads.status import Status
from shared import document, fields, http, uuids
from shared.endpoint import Call, Handler, endpoint
from shared.http import Reply
from shared.retry import retry
from shared.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Callable


def build(
    receipts: DynamoReceipts, labels: DynamoLabels, status: Status, telemetry: Telemetry
) -> Handler:
    """Make the Lambda handler."""
    views: dict[str, Callable[[Call], dict[str, Any]]] = {
        "GET /internal/feedback/{target_id}/{feedback_id}": partial(_receipt, receipts),
        "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback": partial(
            _label, labels
        ),
        "GET /status": lambda _: status.status(),
        "GET /health": lambda _: status.health(),
    }

    def answer(call: Call) -> Reply:
        return http.reply(HTTPStatus.OK, views[call.event["routeKey"]](call))

    return endpoint(answer, telemetry)


def _receipt(receipts: DynamoReceipts, call: Call) -> dict[str, Any]:
    parameters = call.event["pathParameters"]
    target_id = fields.uuid("target_id", parameters["target_id"])
    feedback_id = uuids.parse(parameters["feedback_id"])
    if feedback_id is None:
        raise UnknownRoute("No such route: a path that ends in the id of feedback was expected")
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
