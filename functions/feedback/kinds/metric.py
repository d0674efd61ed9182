"""What the rows of all configured metrics have in common."""

from feedback.model import Feedback
from shared.dynamodb import Item


def describe(feedback: Feedback) -> Item:
    """Give the partition key and the metric's name."""
    return {"target_id": {"S": feedback.target.id}, "metric_name": {"S": feedback.metric.name}}
