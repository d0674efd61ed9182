"""Composition root of `GET /status` and `GET /health`. The only side effects."""

import gc
import os

from runtime.catalog import Catalog
from runtime.dynamodb import connect
from status.api import build

handler = build(Catalog.bundled(), connect(), os.environ["TARGET_TABLE"])
gc.freeze()  # what a cold start leaves behind lives as long as the environment
