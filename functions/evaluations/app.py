"""Composition root: environment → client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: do not look through it

import os

from evaluations.api import build
from evaluations.store import DynamoLabels
from runtime.dynamodb import connect

handler = build(DynamoLabels(connect(), os.environ["EVALUATION_TABLE"]))
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
