"""Telemetry: one log line and one count for each refusal.

A success leaves nothing: API Gateway counts and logs it, and a line of ours would cost more than
the rest of the request.
"""

import json
import sys
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from shared.refusal import Refusal

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

NAMESPACE = "TensorZeroFeedback"
"""Where CloudWatch keeps the metrics."""
REFUSED = "Refused"
"""Counts the requests, and the elements of batches, that a caller has to change."""
UNAVAILABLE = "StorageUnavailable"
"""Counts those that DynamoDB could not serve."""

_BY_SERVICE = ("stack", "service")
_BY_STACK = ("stack",)
"""For whoever watches what callers get."""
_BY_VERSION = ("function", "version")
"""To undo a rollout."""

_Dimensions: TypeAlias = tuple[tuple[str, ...], ...]


class Deployment(NamedTuple):
    """Which version of which function of which stack this is."""

    stack: str
    function: str
    version: str

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the environment: the stack's name is the template's, the others are Lambda's."""
        return cls(
            environment["STACK_NAME"],
            environment.get("AWS_LAMBDA_FUNCTION_NAME", ""),
            environment.get("AWS_LAMBDA_FUNCTION_VERSION", ""),
        )


class Telemetry:
    """CloudWatch metrics and log lines of one service; a caller's value is in none of them."""

    def __init__(self, service: str, deployment: Deployment) -> None:
        """Name the service; nothing is loaded before the first refusal."""
        self._service = service
        self._deployment = deployment
        self._logger: Logger | None = None
        self._lines: dict[tuple[str, _Dimensions], tuple[str, str, str]] = {}

    def refuse(self, refusal: Refusal, request_id: str, times: int = 1) -> None:
        """Log and count a refusal; one that is no fault of the caller's by another metric.

        The log has the type of the refusal's cause, if there is one: not its text, which may hold
        what the caller sent.
        """
        if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._miss(refusal, request_id, times, _BY_STACK, _BY_VERSION)
        else:
            fields: dict[str, Any] = {"code": refusal.code, "request_id": request_id}
            if refusal.__cause__ is not None:
                fields["cause"] = type(refusal.__cause__).__name__
            self._log().info("refused", **fields, times=times)
            self._count(REFUSED, times, _BY_SERVICE)

    def reject(self, code: str, reason: str, request_id: str) -> None:
        """Log and count a refusal whose reason the caller does not see: the log has it."""
        self._log().info("refused", code=code, reason=reason, request_id=request_id)
        self._count(REFUSED, 1, _BY_SERVICE)

    def postpone(self, outage: Refusal, request_id: str) -> None:
        """Log and count work that is done later: no caller is refused, so none is counted."""
        self._miss(outage, request_id, 1, _BY_VERSION)

    def _miss(
        self, outage: Refusal, request_id: str, times: int, *dimensions: tuple[str, ...]
    ) -> None:
        self._log().warning(
            "not stored",
            code=outage.code,
            cause=type(outage.__cause__ or outage).__name__,
            request_id=request_id,
            times=times,
        )
        self._count(UNAVAILABLE, times, *dimensions)

    def _log(self) -> "Logger":
        if self._logger is None:
            from aws_lambda_powertools import Logger  # noqa: PLC0415 - only refusals pay for it

            self._logger = Logger(service=self._service)
        return self._logger

    def _count(self, metric: str, times: int, *dimensions: tuple[str, ...]) -> None:
        """Print the count in CloudWatch's embedded metric format, as Powertools writes it."""
        parts = self._lines.get((metric, dimensions))
        if parts is None:
            parts = self._lines[metric, dimensions] = self._spell(metric, dimensions)
        before, between, after = parts
        moment = time.time_ns() // 1_000_000
        sys.stdout.write(f"{before}{moment}{between}{float(times)}{after}\n")

    def _spell(self, metric: str, dimensions: _Dimensions) -> tuple[str, str, str]:
        """Write the line once: what stands before, between and after its moment and its count."""
        values = {"service": self._service, **self._deployment._asdict()}
        directive = {
            "Namespace": NAMESPACE,
            "Dimensions": dimensions,
            "Metrics": [{"Name": metric, "Unit": "Count"}],
        }
        document = {
            "_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]},
            **{name: values[name] for names in dimensions for name in names},
            metric: [0],
        }
        line = json.dumps(document, separators=(",", ":"))
        before, rest = line.split('"Timestamp":0', 1)
        between, after = rest.rsplit("[0]", 1)
        return f'{before}"Timestamp":', f"{between}[", f"]{after}"
