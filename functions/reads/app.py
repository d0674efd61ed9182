"""Composition root: environment → client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: do not look through it

import os

from receipts.api import build
from reads.receipts import DynamoReceipts
from shared.dynamodb import connect

_tables = {
    os.environ["BOOLEAN_TABLE"]: "boolean",
    os.environ["FLOAT_TABLE"]: "float",
    os.environ["COMMENT_TABLE"]: "comment",
    os.environ["DEMONSTRATION_TABLE"]: "demonstration",
}
handler = build(DynamoReceipts(connect(), _tables))
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
