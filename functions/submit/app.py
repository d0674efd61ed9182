"""Composition root: environment → catalogue and client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: do not look through it

import os

from submit.api import build
from feedback.lookup import DynamoLookup
from submit.service import Service
from submit.store import DynamoFeedbackStore
from feedback.waiting import Clock
from shared.catalog import Catalog
from shared.dynamodb import connect

_client = connect()
_tables = {
    "boolean": os.environ["BOOLEAN_TABLE"],
    "float": os.environ["FLOAT_TABLE"],
    "comment": os.environ["COMMENT_TABLE"],
    "demonstration": os.environ["DEMONSTRATION_TABLE"],
    "evaluation_human_feedback": os.environ["EVALUATION_TABLE"],
    "idempotency": os.environ["IDEMPOTENCY_TABLE"],
}
handler = build(
    Service(
        catalog=Catalog.bundled(),
        lookup=DynamoLookup(_client, os.environ["TARGET_TABLE"], _tables["idempotency"]),
        store=DynamoFeedbackStore(_client, _tables),
        key_days=int(os.environ["IDEMPOTENCY_DAYS"]),
        clock=Clock(),
    )
)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
