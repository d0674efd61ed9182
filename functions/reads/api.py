"""The HTTP side of receipts: an event in, a response out."""

import time
from http import HTTPStatus

from reads.receipts import DynamoReceipts
from shared import fields, http
from shared.endpoint import Call, Handler, endpoint
from shared.errors import FeedbackNotFound
from shared.http import Reply
from shared.retry import persist
from shared.telemetry import Telemetry


def build(receipts: DynamoReceipts) -> Handler:
    """Make the Lambda handler."""

    def answer(call: Call) -> Reply:
        parameters = call.event["pathParameters"]
        target_id = fields.uuid("target_id", parameters["target_id"])
        feedback_id = fields.uuid("feedback_id", parameters["feedback_id"])
        row = persist(lambda: receipts.get(target_id, feedback_id), call.time_left, time.sleep)
        if row is None:
            raise FeedbackNotFound(f"Feedback ID: {feedback_id} is not stored on {target_id}")
        return http.reply(HTTPStatus.OK, {"feedback": row})

    return endpoint(answer, Telemetry("receipts", accepted="ReceiptRead", refused="ReceiptRefused"))
