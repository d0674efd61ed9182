"""Composition root: environment → client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: do not look through it

import os

from inferences.api import build
from inferences.store import DynamoInferences
from shared.dynamodb import connect

handler = build(DynamoInferences(connect(), os.environ["TARGET_TABLE"]))
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
