"""Composition root: environment → catalogue and clients → handler. The only side effects."""

import gc
import os
from functools import partial

from feedback.api import answer
from feedback.service import Service
from feedback.store import DynamoFeedbackStore
from feedback.targets import Clock, DynamoTargets
from runtime.catalog import Catalog
from runtime.dynamodb import connect
from runtime.endpoint import endpoint
from runtime.telemetry import Telemetry

_client = connect()
_service = Service(
    catalog=Catalog.bundled(),
    targets=DynamoTargets(_client, os.environ["TARGET_TABLE"]),
    store=DynamoFeedbackStore(
        _client,
        {
            "boolean": os.environ["BOOLEAN_TABLE"],
            "float": os.environ["FLOAT_TABLE"],
            "comment": os.environ["COMMENT_TABLE"],
        },
    ),
    clock=Clock(),
)
handler = endpoint(
    partial(answer, service=_service),
    Telemetry(accepted="FeedbackAccepted", refused="FeedbackRefused"),
)
gc.freeze()  # what a cold start leaves behind lives as long as the environment
