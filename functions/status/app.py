"""Composition root of `GET /status` and `GET /health`. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: do not look through it

import os

from runtime.catalog import Catalog
from runtime.dynamodb import connect
from status.api import build

handler = build(Catalog.bundled(), connect(), os.environ["TARGET_TABLE"])
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
