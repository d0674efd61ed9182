"""Composition root: environment → catalog and client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: collecting would find nothing

import os

from feedback.kinds.registry import KINDS
from reads import api
from reads.aggregate import views as aggregate
from reads.aggregate.table import DynamoTable as DynamoAggregates
from reads.inferences import DynamoInferences
from reads.labels import DynamoLabels
from reads.receipts import DynamoReceipts
from reads.status import Status
from reads.target import views as target
from reads.target.table import DynamoTable
from shared import http
from shared.catalog import Catalog
from shared.clock import Clock
from shared.dynamodb import connect
from shared.tables import tables
from shared.telemetry import Deployment, Telemetry

_tables = tables(os.environ)
_clients = [connect(os.environ) for _ in KINDS]  # one a kind: their tables are read side by side
_client = _clients[0]
_catalog = Catalog.bundled()
handler = api.build(
    {
        **api.views(
            DynamoReceipts(_client, _tables),
            DynamoLabels(_client, _tables),
            DynamoInferences(_client, _tables),
            Status(_client, _tables, _catalog.snapshot_hash),
        ),
        **target.views(
            [
                DynamoTable(client, _tables[kind.name], kind)
                for client, kind in zip(_clients, KINDS.values(), strict=True)
            ],
            Clock(),
        ),
        **aggregate.views(
            [DynamoAggregates(client, _tables) for client in _clients], _catalog, http.body
        ),
    },
    Telemetry("reads", Deployment.read(os.environ)),
)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
