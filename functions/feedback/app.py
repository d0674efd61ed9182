"""Composition root: environment → catalogue and client → handler. The only side effects."""

import gc
import os

from feedback.api import build
from feedback.service import Service
from feedback.store import DynamoFeedbackStore
from feedback.targets import Clock, DynamoTargets
from runtime.catalog import Catalog
from runtime.dynamodb import connect

_client = connect()
_tables = {
    "boolean": os.environ["BOOLEAN_TABLE"],
    "float": os.environ["FLOAT_TABLE"],
    "comment": os.environ["COMMENT_TABLE"],
    "demonstration": os.environ["DEMONSTRATION_TABLE"],
    "evaluation_human_feedback": os.environ["EVALUATION_TABLE"],
}
handler = build(
    Service(
        catalog=Catalog.bundled(),
        targets=DynamoTargets(_client, os.environ["TARGET_TABLE"]),
        store=DynamoFeedbackStore(_client, _tables),
        clock=Clock(),
    )
)
gc.freeze()  # what a cold start leaves behind lives as long as the environment
