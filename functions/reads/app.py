"""Composition root: environment → catalog and client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: collecting would find nothing

import os

from reads.api import build
from reads.labels import DynamoLabels
from reads.receipts import DynamoReceipts
from reads.status import Status
from shared.catalog import Catalog
from shared.dynamodb import connect
from shared.tables import tables
from shared.telemetry import Deployment, Telemetry

_client = connect(os.environ)
_tables = tables(os.environ)
handler = build(
    DynamoReceipts(_client, _tables),
    DynamoLabels(_client, _tables),
    Status(_client, _tables, Catalog.bundled().snapshot_hash),
    Telemetry("reads", Deployment.read(os.environ)),
)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
