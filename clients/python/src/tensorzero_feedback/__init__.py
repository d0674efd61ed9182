"""A client of the feedback API: gives feedback exactly once, and reads it back.

The client is imported when it is first used, so that a server that only signs tokens
(`tensorzero_feedback.tokens`) does not load httpx.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from tensorzero_feedback.errors import FeedbackError, Refused, Unavailable, Unconfirmed
from tensorzero_feedback.ids import new_id
from tensorzero_feedback.model import Feedback, Inference, Outcome, Page, StoredFeedback
from tensorzero_feedback.retries import Retries
from tensorzero_feedback.variants import MetricCount, Performance, Point, RecordedInference

if TYPE_CHECKING:
    from tensorzero_feedback.async_client import AsyncFeedbackClient
    from tensorzero_feedback.client import FeedbackClient

__all__ = [
    "AsyncFeedbackClient",
    "Feedback",
    "FeedbackClient",
    "FeedbackError",
    "Inference",
    "MetricCount",
    "Outcome",
    "Page",
    "Performance",
    "Point",
    "RecordedInference",
    "Refused",
    "Retries",
    "StoredFeedback",
    "Unavailable",
    "Unconfirmed",
    "new_id",
]

_CLIENTS = {"AsyncFeedbackClient": "async_client", "FeedbackClient": "client"}
"""In which module each is."""


def __getattr__(name: str) -> object:
    """Import a client."""
    if name not in _CLIENTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_CLIENTS[name]}"), name)
