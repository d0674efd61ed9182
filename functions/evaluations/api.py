"""The HTTP side of reading labels back: an event in, a response out."""

from http import HTTPStatus

from evaluations.schemas import Question
from evaluations.store import DynamoLabels
from runtime import document, fields, http
from runtime.endpoint import Call, Handler, endpoint
from runtime.http import Reply
from runtime.telemetry import Telemetry


def build(labels: DynamoLabels) -> Handler:
    """Make the Lambda handler."""

    def answer(call: Call) -> Reply:
        datapoint_id = fields.uuid("datapoint_id", call.event["pathParameters"]["datapoint_id"])
        question = Question.parse(document.parse(http.body(call.event)))
        label = labels.latest(datapoint_id, question)
        return http.reply(HTTPStatus.OK, {} if label is None else {"feedback": label})

    return endpoint(answer, Telemetry("evaluations", accepted="LabelRead", refused="LabelRefused"))
