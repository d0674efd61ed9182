"""Composition root: environment → client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: collecting would find nothing

import os

from aggregator.api import build
from aggregator.records import kinds
from aggregator.service import Aggregator
from shared.clock import Clock
from shared.dynamodb import connect
from shared.tables import tables
from shared.telemetry import Deployment, Telemetry

_client = connect(os.environ)
_tables = tables(os.environ)
handler = build(
    Aggregator(_client, _tables, Clock()),
    kinds(_tables),
    Telemetry("aggregator", Deployment.read(os.environ)),
)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
