"""The handlers as their app.py composes them, but with a client, a configuration and a clock."""

import math
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from batch.api import build as build_batch
from batch.service import BatchService
from batch.writer import DynamoBatchWriter
from feedback.demonstration.json_schema.validation import Validation
from feedback.kinds.registry import KINDS
from feedback.lookup import DynamoLookup
from inferences.api import build as build_inferences
from inferences.store import DynamoInferences
from reads import api as reads
from reads.aggregate import views as aggregate
from reads.aggregate.table import DynamoTable as DynamoAggregates
from reads.inferences import DynamoInferences as RecordedInferences
from reads.labels import DynamoLabels
from reads.receipts import DynamoReceipts
from reads.status import Status
from reads.target import views as target
from reads.target.table import DynamoTable
from shared import http
from shared.catalog import Catalog
from shared.clock import DAY, Clock, TimeLeft
from shared.endpoint import Handler
from shared.telemetry import Deployment, Telemetry
from submit.api import build as build_submit
from submit.service import Service
from submit.store import DynamoFeedbackStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from feedback.demonstration.json_schema.check import Check, Violation

SUBMIT, BATCH = "POST /feedback", "POST /feedback/batch"
RECORD, RECORD_BATCH = "POST /internal/inferences", "POST /internal/inferences/batch"
LIST = "GET /internal/feedback/{target_id}"
RECEIPT = "GET /internal/feedback/{target_id}/{feedback_id}"
LABEL = "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback"


class OneAtATime(Validation):
    """A Lambda answers one request at a time; the threads of a test take turns."""

    def begin(self, time_left: TimeLeft) -> "Check":
        """Return a check that waits for its turn."""
        check = super().begin(time_left)

        def locked(schema: str, value: str) -> "Violation | None":
            with _TURN:
                return check(schema, value)

        return locked


_TURN = threading.Lock()


def compose(
    client: "DynamoDBClient", tables: Mapping[str, str], catalog: Catalog, clock: Clock
) -> dict[str, Handler]:
    """Return the handlers by their routes; `tables` by the code's keys."""
    lookup, store = DynamoLookup(client, tables), DynamoFeedbackStore(client, tables)
    writer = DynamoBatchWriter(client, tables, clock.sleep)
    settings = (DAY, math.inf, clock, OneAtATime(memory=512))
    record = build_inferences(DynamoInferences(client, tables["target"]), telemetry("inferences"))
    return {
        SUBMIT: build_submit(Service(catalog, lookup, store, *settings), telemetry("submit")),
        BATCH: build_batch(BatchService(catalog, lookup, writer, *settings), telemetry("batch")),
        **dict.fromkeys((RECORD, RECORD_BATCH), record),
        **_reads(client, tables, catalog, clock),
    }


def _reads(
    client: "DynamoDBClient", tables: Mapping[str, str], catalog: Catalog, clock: Clock
) -> dict[str, Handler]:
    views = {
        **reads.views(
            DynamoReceipts(client, tables),
            DynamoLabels(client, tables),
            RecordedInferences(client, tables),
            Status(client, tables, catalog.snapshot_hash),
        ),
        **target.views(
            [DynamoTable(client, tables[name], kind, clock.sleep) for name, kind in KINDS.items()],
            clock,
        ),
        **aggregate.views([DynamoAggregates(client, tables, clock.sleep)], catalog, http.body),
    }
    return dict.fromkeys(views, reads.build(views, telemetry("reads")))


def telemetry(service: str) -> Telemetry:
    """Return what a service logs and counts with."""
    return Telemetry(service, Deployment("stack", service, "1"))
