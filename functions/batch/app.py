"""Composition root: environment → catalogue and client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: do not look through it

import os

from batch.api import build
from batch.service import BatchService
from batch.writer import DynamoBatchWriter
from feedback.lookup import DynamoLookup
from feedback.waiting import Clock
from shared.catalog import Catalog
from shared.dynamodb import connect

_client = connect()
_clock = Clock()
_tables = {
    "boolean": os.environ["BOOLEAN_TABLE"],
    "float": os.environ["FLOAT_TABLE"],
    "comment": os.environ["COMMENT_TABLE"],
    "demonstration": os.environ["DEMONSTRATION_TABLE"],
    "evaluation_human_feedback": os.environ["EVALUATION_TABLE"],
    "idempotency": os.environ["IDEMPOTENCY_TABLE"],
}
handler = build(
    BatchService(
        catalog=Catalog.bundled(),
        lookup=DynamoLookup(_client, os.environ["TARGET_TABLE"], _tables["idempotency"]),
        writer=DynamoBatchWriter(_client, _tables, _clock.sleep),
        key_days=int(os.environ["IDEMPOTENCY_DAYS"]),
        clock=_clock,
    )
)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
