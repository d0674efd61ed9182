"""What a request leaves behind: one metric an outcome, one log line a refusal."""

from collections.abc import Callable

import pytest

from feedback.kinds.registry import UnknownMetric
from shared.dynamodb import StorageUnavailable
from shared.telemetry import UNAVAILABLE, Telemetry
from tests.unit.conftest import Lines, Output

OUTAGE = StorageUnavailable()
OUTAGE.__cause__ = TimeoutError("SECRET")
Leave = Callable[[Telemetry], None]


def _require_one(metrics: Lines, name: str, times: float) -> None:
    """Hold what was written against CloudWatch's embedded metric format."""
    [line] = metrics
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "TensorZeroFeedback"
    assert directive["Dimensions"] == [["service"]]
    assert directive["Metrics"] == [{"Name": name, "Unit": "Count"}]
    assert line["_aws"]["Timestamp"] > 1_700_000_000_000
    assert {key: line[key] for key in line if key != "_aws"} == {"service": "s", name: [times]}


@pytest.mark.parametrize(
    ("leave", "metric", "times", "logged"),
    [
        (lambda telemetry: telemetry.accept(), "Accepted", 1, None),
        (lambda telemetry: telemetry.accept(3), "Accepted", 3, None),
        (
            lambda telemetry: telemetry.refuse(UnknownMetric("no SECRET"), "id", 2),
            "Refused",
            2,
            {"level": "INFO", "code": "unknown_metric", "times": 2},
        ),
        (
            lambda telemetry: telemetry.refuse(OUTAGE, "id"),
            UNAVAILABLE,
            1,
            {"level": "WARNING", "code": "storage_unavailable", "cause": "TimeoutError"},
        ),
        (
            lambda telemetry: telemetry.reject("unknown_key", "No such key", "id"),
            "Refused",
            1,
            {"level": "INFO", "code": "unknown_key", "reason": "No such key"},
        ),
    ],
    ids=["accepted", "accepted thrice", "refused", "outage", "rejected"],
)
def test_an_outcome_is_counted_and_a_refusal_logged(
    output: Output, leave: Leave, metric: str, times: float, logged: dict[str, object] | None
) -> None:
    """At once, with nothing that the caller wrote; an outage apart, with its cause's type."""
    leave(Telemetry("s", accepted="Accepted", refused="Refused"))

    metrics, lines = output()
    _require_one(metrics, metric, times)
    if logged is None:
        assert lines == []
        return
    [line] = lines
    assert line.items() >= {"service": "s", "request_id": "id", **logged}.items()
    assert "SECRET" not in str(line)
