"""Which scope each route asks for. A route without an entry is open to nobody."""

FEEDBACK_WRITE = "feedback:write"
FEEDBACK_READ = "feedback:read"
INFERENCES_WRITE = "inferences:write"

SCOPES: dict[str, str | None] = {
    "POST /feedback": FEEDBACK_WRITE,
    "POST /feedback/batch": FEEDBACK_WRITE,
    "POST /internal/inferences": INFERENCES_WRITE,
    "POST /internal/inferences/batch": INFERENCES_WRITE,
    "GET /internal/inferences/{inference_id}": FEEDBACK_READ,
    "GET /internal/feedback/{target_id}": FEEDBACK_READ,
    "GET /internal/feedback/{target_id}/demonstrations": FEEDBACK_READ,
    "GET /internal/feedback/{target_id}/bounds": FEEDBACK_READ,
    "GET /internal/feedback/{target_id}/count": FEEDBACK_READ,
    "GET /internal/feedback/{target_id}/latest_id_by_metric": FEEDBACK_READ,
    "GET /internal/feedback/{target_id}/{feedback_id}": FEEDBACK_READ,
    "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback": FEEDBACK_READ,
    "GET /internal/functions/{function}/metrics": FEEDBACK_READ,
    "GET /internal/functions/{function}/variant_performances": FEEDBACK_READ,
    "GET /internal/functions/{function}/inference_count/{metric+}": FEEDBACK_READ,
    "GET /internal/feedback/timeseries": FEEDBACK_READ,
    "POST /v1/inferences/list_inferences": FEEDBACK_READ,
    "GET /status": None,
    "GET /health": None,
}
"""Route key to scope; None: any key that is valid."""

FOR_READERS = "GET /internal/feedback/{target_id}"
"""The route that an end user's token may call if it has the claim `read`."""
FOR_TOKENS = frozenset({"POST /feedback", FOR_READERS})
"""The routes that an end user's token may call."""
