"""Telemetry: one CloudWatch metric for each outcome, and one log line for each refusal."""

import json
import sys
import time

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
    AmazonCloudWatchEMFProvider,
)

from shared.dynamodb import StorageUnavailable
from shared.refusal import Refusal

NAMESPACE = "TensorZeroFeedback"
"""Where CloudWatch keeps the metrics."""
_COUNT_HERE = "the count"
"""Stands in a metric's document where the count goes."""
UNAVAILABLE = "StorageUnavailable"
"""Counts the requests that DynamoDB could not serve; every service has it."""


class Telemetry:
    """CloudWatch metrics and log lines of one service; never a caller's value."""

    def __init__(self, service: str, *, accepted: str, refused: str) -> None:
        """Name the service, and the metrics that count what it accepted and refused."""
        self._logger = Logger(service=service)
        self._accepted = Counter(service, accepted)
        self._refused = Counter(service, refused)
        self._unavailable = Counter(service, UNAVAILABLE)

    def accept(self, times: int = 1) -> None:
        """Count what was answered 200."""
        self._accepted.count(times)

    def refuse(self, refusal: Refusal, request_id: str, times: int = 1) -> None:
        """Count and log a refusal; an outage of the database under its own name, as a warning.

        The log has the type of the refusal's cause, if there is one: not its text, which may hold
        what the caller sent.
        """
        if isinstance(refusal, StorageUnavailable):
            self._logger.warning(
                "storage unavailable",
                code=refusal.code,
                cause=type(refusal.__cause__ or refusal).__name__,
                request_id=request_id,
                times=times,
            )
            self._unavailable.count(times)
        else:
            cause = {"cause": type(refusal.__cause__).__name__} if refusal.__cause__ else {}
            self._logger.info(
                "refused", extra=cause, code=refusal.code, request_id=request_id, times=times
            )
            self._refused.count(times)

    def reject(self, code: str, reason: str, request_id: str) -> None:
        """Count and log a refusal whose reason the caller does not see: the log has it."""
        self._logger.info("refused", code=code, reason=reason, request_id=request_id)
        self._refused.count()


class Counter:
    """A metric that counts, in CloudWatch's embedded metric format.

    Powertools writes the document once; a request only stamps it. Written anew each time, it
    costs a request 4 % of all its work.
    """

    def __init__(self, service: str, metric: str) -> None:
        """Write the document around its timestamp."""
        provider = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service=service)
        provider.add_metric(metric, MetricUnit.Count, 1)
        document = provider.serialize_metric_set()
        stamped = json.dumps({**document, metric: [_COUNT_HERE]}, separators=(",", ":"))
        self._before, rest = stamped.split(str(document["_aws"]["Timestamp"]), 1)
        self._between, self._after = rest.split(json.dumps(_COUNT_HERE), 1)

    def count(self, times: int = 1) -> None:
        """Print the metric with this count and the present time."""
        now = time.time_ns() // 1_000_000
        sys.stdout.write(f"{self._before}{now}{self._between}{times}.0{self._after}\n")
