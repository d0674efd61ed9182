"""The keys of the routes over many targets, at API Gateway."""

TIMESERIES = "GET /internal/feedback/timeseries"
METRICS = "GET /internal/functions/{function}/metrics"
PERFORMANCES = "GET /internal/functions/{function}/variant_performances"
INFERENCE_COUNT = "GET /internal/functions/{function}/inference_count/{metric+}"
LIST_INFERENCES = "POST /v1/inferences/list_inferences"

ROUTES = (TIMESERIES, METRICS, PERFORMANCES, INFERENCE_COUNT, LIST_INFERENCES)
