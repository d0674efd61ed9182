"""Composition root: environment → catalog and client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: collecting would find nothing

import os

from batch.api import build
from batch.service import BatchService
from batch.writer import DynamoBatchWriter
from feedback.demonstration.json_schema.validation import Validation
from feedback.lookup import DynamoLookup
from shared.catalog import Catalog
from shared.clock import DAY, Clock
from shared.dynamodb import connect
from shared.tables import tables
from shared.telemetry import Deployment, Telemetry

_client = connect(os.environ)
_tables = tables(os.environ)
_clock = Clock()
handler = build(
    BatchService(
        catalog=Catalog.bundled(),
        lookup=DynamoLookup(_client, _tables),
        writer=DynamoBatchWriter(_client, _tables, _clock.sleep),
        key_lifetime=int(os.environ["IDEMPOTENCY_DAYS"]) * DAY,
        wait_limit=float(os.environ.get("TARGET_WAIT_SECONDS") or "inf"),
        clock=_clock,
        validation=Validation(int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])),
    ),
    Telemetry("batch", Deployment.read(os.environ)),
)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
