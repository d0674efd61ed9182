"""What no table says of a route: its name, its examples, what it answers, which refusals it has.

Whoever adds a route to template.yaml adds a line to OPERATIONS, and perhaps a schema to answers.py.
"""

from collections.abc import Mapping
from typing import NamedTuple

from reads.target.window import MAX_LIMIT
from shared.elements import MAX_BODY as MAX_BATCH
from shared.http import MAX_BODY
from tools.openapi import prose, refusals
from tools.openapi.refusals import Refusals
from tools.openapi.requests import IDEMPOTENCY_KEY
from tools.openapi.schema import TEXT, UUID, Schema


class Body(NamedTuple):
    """What a request sends."""

    schema: str
    at_most: int = MAX_BODY
    """How many bytes are read."""
    is_batch: bool = False
    """Whether it is an array of what an event's body may be alone."""


class Parameter(NamedTuple):
    """A parameter that may be given."""

    where: str
    schema: Schema
    meaning: str
    required: bool = False


class Operation(NamedTuple):
    """A route, described."""

    id: str
    answer: str
    """The schema of a 200."""
    examples: tuple[str, ...]
    """The events that show it: `list` is events/200-list.json."""
    refusals: Refusals = frozenset()
    """Besides those that every route has."""
    body: Body | None = None
    parameters: Mapping[str, Parameter] = {}
    """Besides those of the path."""
    outage: str = ""
    """The schema of a 503, where it is not that of a refusal."""


_UUID_PARAMETERS = {
    name: Parameter("query", UUID, prose.LIST_PARAMETERS[name]) for name in ("before", "after")
}
_WINDOW = {
    "limit": Parameter(
        "query",
        {"type": "integer", "minimum": 0, "maximum": MAX_LIMIT, "default": 100},
        prose.LIST_PARAMETERS["limit"],
    ),
    **_UUID_PARAMETERS,
}
_KEY = {
    "Idempotency-Key": Parameter(
        "header", IDEMPOTENCY_KEY, "Requests with the same key are stored once."
    )
}
_ATOMIC = {
    "atomic": Parameter(
        "query",
        {"type": "boolean", "default": False},
        "Either all elements are stored, in one transaction, or none.",
    )
}
_VARIANT = {"variant_name": Parameter("query", TEXT, "Of this variant only.")}
_LEVEL = {
    "level": Parameter(
        "query",
        {**TEXT, "enum": ["inference", "all"], "default": "inference"},
        "`all`: the metrics of episodes as well, in `episode_metrics`.",
    )
}
_METRIC = {"metric_name": Parameter("query", TEXT, "The metric's name.", required=True)}
_THRESHOLD = {
    "threshold": Parameter(
        "query",
        {"type": "number", "default": 0},
        "What the latest value has to exceed, or to be below where less is better.",
    )
}
_SERIES = {
    "function_name": Parameter("query", TEXT, "The function's name.", required=True),
    "max_periods": Parameter(
        "query",
        {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
        "How many periods are shown before the last one.",
        required=True,
    ),
    "variant_names": Parameter("query", TEXT, "Of these variants only, between commas."),
    "rows": Parameter(
        "query",
        {**TEXT, "enum": ["all", "latest"], "default": "all"},
        "`latest`: only the latest feedback of each target counts.",
    ),
}


def _time_window(*more: str) -> dict[str, Parameter]:
    names = ["minute", "hour", "day", "week", "month", *more]
    schema = {**TEXT, "enum": names}
    return {"time_window": Parameter("query", schema, "How long a period is.", required=True)}


_FEEDBACK = (
    "boolean-inference",
    "boolean-episode",
    "float-inference",
    "float-episode",
    "comment-inference",
    "comment-episode",
    "demonstration-text",
    "demonstration-tool-call",
    "demonstration-json",
    "evaluation-label",
    "tags",
    "dryrun",
)
_RECORDED = ("record-inference", "record-inference-with-tool", "record-json-inference")
_TARGET = "/internal/feedback/{target_id}"

OPERATIONS: dict[str, Operation] = {
    "POST /feedback": Operation(
        "giveFeedback",
        "Stored",
        _FEEDBACK,
        refusals.BODY | refusals.FEEDBACK | refusals.NOT_GRANTED,
        Body("Feedback"),
        _KEY,
    ),
    "POST /feedback/batch": Operation(
        "giveFeedbackBatch",
        "FeedbackBatchAnswer",
        ("batch", "batch-atomic"),
        refusals.BATCH | refusals.STORED | refusals.INVALID_KEY,
        Body("FeedbackBatch", MAX_BATCH, is_batch=True),
        _ATOMIC,
    ),
    "POST /internal/inferences": Operation(
        "recordInference",
        "Recorded",
        _RECORDED,
        refusals.BODY | refusals.INFERENCE,
        Body("Inference"),
    ),
    "POST /internal/inferences/batch": Operation(
        "recordInferenceBatch",
        "InferenceBatchAnswer",
        _RECORDED,
        refusals.BATCH,
        Body("InferenceBatch", MAX_BATCH, is_batch=True),
    ),
    "GET /internal/inferences/{inference_id}": Operation(
        "getInference", "RecordedInference", ("inference",), refusals.READ_INFERENCE
    ),
    f"GET {_TARGET}": Operation(
        "listFeedback",
        "Page",
        ("list", "list-page"),
        refusals.PAGE | refusals.NOT_GRANTED,
        parameters=_WINDOW,
    ),
    f"GET {_TARGET}/demonstrations": Operation(
        "listDemonstrations",
        "Demonstrations",
        ("demonstrations",),
        refusals.PAGE,
        parameters=_WINDOW,
    ),
    f"GET {_TARGET}/bounds": Operation("getBounds", "Bounds", ("bounds",), refusals.TARGET),
    f"GET {_TARGET}/count": Operation("countFeedback", "Count", ("count",), refusals.TARGET),
    f"GET {_TARGET}/latest_id_by_metric": Operation(
        "getLatestIds", "LatestIds", ("latest-id-by-metric",), refusals.TARGET
    ),
    f"GET {_TARGET}/{{feedback_id}}": Operation(
        "getFeedback", "Receipt", ("bounds",), refusals.RECEIPT
    ),
    "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback": Operation(
        "getHumanFeedback",
        "Label",
        ("get-human-feedback",),
        refusals.BODY | refusals.FIELDS | refusals.STORED,
        Body("LabelQuery"),
    ),
    "GET /internal/functions/{function}/metrics": Operation(
        "listMetrics", "Metrics", ("metrics",), refusals.METRICS, parameters=_VARIANT | _LEVEL
    ),
    "GET /internal/functions/{function}/variant_performances": Operation(
        "compareVariants",
        "VariantPerformances",
        ("variant-performances",),
        refusals.PERFORMANCES,
        parameters={**_METRIC, **_time_window("cumulative"), **_VARIANT},
    ),
    "GET /internal/functions/{function}/inference_count/{metric+}": Operation(
        "countInferences",
        "InferenceCounts",
        ("inference-count",),
        refusals.INFERENCE_COUNT,
        parameters=_THRESHOLD,
    ),
    "GET /internal/feedback/timeseries": Operation(
        "getTimeSeries",
        "TimeSeries",
        ("timeseries",),
        refusals.SERIES,
        parameters={**_SERIES, **_METRIC, **_time_window()},
    ),
    "POST /v1/inferences/list_inferences": Operation(
        "listInferences",
        "ListedInferences",
        ("list-inferences",),
        refusals.BODY | refusals.LISTING,
        Body("InferenceQuery"),
    ),
    "GET /status": Operation("getStatus", "Status", ("status",)),
    "GET /health": Operation(
        "getHealth", "Healthy", ("health",), refusals.STORED, outage="Unhealthy"
    ),
}
"""By the routes' keys."""
