"""Composition root: environment → catalog and client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: collecting would find nothing

import os

from feedback.demonstration.json_schema.validation import Validation
from feedback.lookup import DynamoLookup
from shared.catalog import Catalog
from shared.clock import DAY, Clock
from shared.dynamodb import connect
from shared.tables import tables
from shared.telemetry import Deployment, Telemetry
from submit.api import build
from submit.service import Service
from submit.store import DynamoFeedbackStore

_client = connect(os.environ)
_tables = tables(os.environ)
handler = build(
    Service(
        catalog=Catalog.bundled(),
        lookup=DynamoLookup(_client, _tables),
        store=DynamoFeedbackStore(_client, _tables),
        key_lifetime=int(os.environ["IDEMPOTENCY_DAYS"]) * DAY,
        wait_limit=float(os.environ.get("TARGET_WAIT_SECONDS") or "inf"),
        clock=Clock(),
        validation=Validation(int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])),
    ),
    Telemetry("submit", Deployment.read(os.environ)),
)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
