"""What a request leaves behind: one metric an outcome, one log line a refusal."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from runtime.errors import Refusal, StorageUnavailable

UNAVAILABLE = "StorageUnavailable"


class Telemetry:
    """CloudWatch metrics and log lines of one function; never a caller's value.

    Namespace, service and log level come from Powertools' own environment variables.
    """

    def __init__(self, *, accepted: str, refused: str) -> None:
        """Name the metrics that count what was accepted and what was refused."""
        self._accepted = accepted
        self._refused = refused
        self._logger = Logger()
        self._metrics = Metrics()

    def accept(self) -> None:
        """Count a request that was answered 200."""
        self._count(self._accepted)

    def refuse(self, refusal: Refusal, request_id: str) -> None:
        """Count and log a refusal; an outage of the database under its own name, as a warning."""
        if isinstance(refusal, StorageUnavailable):
            self._logger.warning(
                "storage unavailable",
                code=refusal.code,
                cause=type(refusal.__cause__).__name__,
                request_id=request_id,
            )
            self._count(UNAVAILABLE)
        else:
            self._logger.info("refused", code=refusal.code, request_id=request_id)
            self._count(self._refused)

    def _count(self, metric: str) -> None:
        self._metrics.add_metric(metric, MetricUnit.Count, 1)
        self._metrics.flush_metrics()
