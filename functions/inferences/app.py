"""Composition root: environment → client → handler. The only side effects."""

import gc
import os
from functools import partial

from inferences.api import answer
from inferences.store import DynamoInferences
from runtime.dynamodb import connect
from runtime.endpoint import endpoint
from runtime.telemetry import Telemetry

handler = endpoint(
    partial(answer, inferences=DynamoInferences(connect(), os.environ["TARGET_TABLE"])),
    Telemetry(accepted="InferenceRecorded", refused="InferenceRefused"),
)
gc.freeze()  # what a cold start leaves behind lives as long as the environment
