"""A feedback Lambda as tutorials write one: Powertools' resolver and validation, boto3's resource.

Without Powertools' Tracer, whose library is not among this project's.
"""

import os
import time
import uuid
from decimal import Decimal
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import BaseModel

logger = Logger(service="feedback")
metrics = Metrics(namespace="Feedback", service="feedback")
app = APIGatewayHttpResolver(enable_validation=True)
table = boto3.resource("dynamodb").Table(os.environ["BOOLEAN_TABLE"])


class Feedback(BaseModel):
    """What is sent."""

    metric_name: str
    inference_id: str
    value: bool | float
    tags: dict[str, str] = {}


@app.post("/feedback")
def submit(feedback: Feedback) -> dict[str, str]:
    """Store it."""
    feedback_id = str(uuid.uuid4())
    value = feedback.value
    table.put_item(
        Item={
            "target_id": feedback.inference_id,
            "id": feedback_id,
            "metric_name": feedback.metric_name,
            "value": value if isinstance(value, bool) else Decimal(str(value)),
            "tags": feedback.tags,
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
    )
    metrics.add_metric(name="FeedbackStored", unit=MetricUnit.Count, value=1)
    return {"feedback_id": feedback_id}


@logger.inject_lambda_context(log_event=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's
    """Answer."""
    return app.resolve(event, context)
