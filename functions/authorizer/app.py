"""Composition root: environment → client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: collecting would find nothing

import os

from authorizer.api import build
from authorizer.keys import DynamoKeys
from shared.clock import Clock
from shared.dynamodb import connect
from shared.tables import tables
from shared.telemetry import Deployment, Telemetry

_client = connect(os.environ)
handler = build(
    DynamoKeys(_client, tables(os.environ)["api_key"]),
    Clock(),
    Telemetry("authorizer", Deployment.read(os.environ)),
)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
