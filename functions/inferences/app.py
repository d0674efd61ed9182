"""Composition root: environment → client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: collecting would find nothing

import os

from inferences.api import build
from inferences.store import DynamoInferences
from shared.dynamodb import connect
from shared.tables import tables
from shared.telemetry import Deployment, Telemetry

_client = connect(os.environ)
handler = build(
    DynamoInferences(_client, tables(os.environ)["target"]),
    Telemetry("inferences", Deployment.read(os.environ)),
)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
