"""Which scope each route asks for. A route without an entry is open to nobody."""

FEEDBACK_WRITE = "feedback:write"
FEEDBACK_READ = "feedback:read"
INFERENCES_WRITE = "inferences:write"

SCOPES: dict[str, str | None] = {
    "POST /feedback": FEEDBACK_WRITE,
    "POST /feedback/batch": FEEDBACK_WRITE,
    "POST /internal/inferences": INFERENCES_WRITE,
    "GET /internal/feedback/{target_id}/{feedback_id}": FEEDBACK_READ,
    "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback": FEEDBACK_READ,
    "GET /status": None,
    "GET /health": None,
}
"""Route key to scope; None: any key that is valid."""

FOR_TOKENS = frozenset({"POST /feedback"})
"""The routes that an end-user's token may call."""
