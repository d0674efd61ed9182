"""Composition root of `GET /status` and `GET /health`."""

import os
from functools import partial

from runtime.catalog import Catalog
from runtime.dynamodb import connect
from status.api import answer

handler = partial(
    answer, catalog=Catalog.bundled(), client=connect(), table=os.environ["TARGET_TABLE"]
)
