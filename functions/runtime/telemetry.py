"""What a request leaves behind: one metric an outcome, one log line a refusal."""

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from runtime.errors import Refusal, StorageUnavailable

NAMESPACE = "TensorZeroFeedback"
"""Where CloudWatch keeps the metrics."""
UNAVAILABLE = "StorageUnavailable"
"""Counts the requests that DynamoDB could not serve; every service has it."""


class Telemetry:
    """CloudWatch metrics and log lines of one service; never a caller's value."""

    def __init__(self, service: str, *, accepted: str, refused: str) -> None:
        """Name the service, and the metrics that count what it accepted and refused."""
        self._accepted = accepted
        self._refused = refused
        self._dimensions = {"service": service}
        self._logger = Logger(service=service)

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

    def _count(self, name: str) -> None:
        with single_metric(
            name=name,
            unit=MetricUnit.Count,
            value=1,
            namespace=NAMESPACE,
            default_dimensions=self._dimensions,
        ):
            pass
