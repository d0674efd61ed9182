"""Composition root: environment → client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: collecting would find nothing

import os

from inferences.api import build
from inferences.store import DynamoInferences
from shared.dynamodb import connect
from shared.tables import tables

handler = build(DynamoInferences(connect(os.environ), tables(os.environ)["target"]))
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
