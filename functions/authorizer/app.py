"""Composition root: environment → client → handler. The only side effects."""

import gc

gc.disable()  # nothing that a cold start makes is garbage: do not look through it

import os
import time

from authorizer.api import build
from authorizer.keys import DynamoKeys
from shared.dynamodb import connect

_client = connect(attempts=2)  # API Gateway waits for an authorizer for 10 s only
handler = build(DynamoKeys(_client, os.environ["API_KEY_TABLE"]), time.time)
gc.enable()
gc.freeze()  # what a cold start leaves behind lives as long as the environment
