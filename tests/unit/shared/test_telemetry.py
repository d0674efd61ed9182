"""What a request leaves behind: one metric an outcome, one log line a refusal."""

from feedback.kinds.registry import UnknownMetric
from shared.dynamodb import StorageUnavailable
from shared.telemetry import UNAVAILABLE, Telemetry
from tests.unit.conftest import Lines, Output

SERVICE = "a-service"


def _telemetry() -> Telemetry:
    return Telemetry(SERVICE, accepted="Taken", refused="Left")


def _is_one(metrics: Lines, name: str) -> None:
    """Hold what was written against CloudWatch's embedded metric format."""
    [line] = metrics
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "TensorZeroFeedback"
    assert directive["Dimensions"] == [["service"]]
    assert directive["Metrics"] == [{"Name": name, "Unit": "Count"}]
    assert line["service"] == SERVICE
    assert line[name] == [1.0]
    assert set(line) == {"_aws", "service", name}


def test_an_accepted_request_is_counted_and_not_logged(output: Output) -> None:
    """Logs are what costs most."""
    _telemetry().accept()

    metrics, lines = output()
    _is_one(metrics, "Taken")
    assert lines == []


def test_a_refusal_is_counted_and_logged_with_its_code(output: Output) -> None:
    """And with nothing that the caller wrote."""
    _telemetry().refuse(UnknownMetric("Unknown metric: SECRET"), "request-1")

    metrics, [line] = output()
    _is_one(metrics, "Left")
    assert line["level"] == "INFO"
    assert line["code"] == "unknown_metric"
    assert line["request_id"] == "request-1"
    assert line["service"] == SERVICE
    assert "cause" not in line
    assert "SECRET" not in str(line)


def test_a_refusals_cause_is_logged_by_its_type(output: Output) -> None:
    """Its text may hold what the caller wrote."""
    refusal = UnknownMetric("")
    refusal.__cause__ = MemoryError("SECRET")

    _telemetry().refuse(refusal, "request-1")

    _, [line] = output()
    assert line["cause"] == "MemoryError"
    assert "SECRET" not in str(line)


def test_a_rejection_is_counted_and_logged_with_its_reason(output: Output) -> None:
    """The caller is not told: the log is the only place."""
    _telemetry().reject("unknown_key", "No such key", "request-3")

    metrics, [line] = output()
    _is_one(metrics, "Left")
    assert line["level"] == "INFO"
    assert (line["code"], line["reason"]) == ("unknown_key", "No such key")
    assert line["request_id"] == "request-3"


def test_an_outage_is_counted_apart_and_logged_as_a_warning(output: Output) -> None:
    """With the type of its cause, whose text may hold anything."""
    refusal = StorageUnavailable()
    refusal.__cause__ = TimeoutError("SECRET")

    _telemetry().refuse(refusal, "request-2")

    metrics, [line] = output()
    _is_one(metrics, UNAVAILABLE)
    assert line["level"] == "WARNING"
    assert line["code"] == "storage_unavailable"
    assert line["cause"] == "TimeoutError"
    assert line["request_id"] == "request-2"
    assert "SECRET" not in str(line)


def test_each_outcome_is_counted_at_once(output: Output) -> None:
    """Nothing waits for the next request, which may never come."""
    telemetry = _telemetry()

    telemetry.accept()
    telemetry.accept()
    telemetry.refuse(UnknownMetric(""), "")

    metrics, _ = output()
    assert [next(iter(set(line) - {"_aws", "service"})) for line in metrics] == [
        "Taken",
        "Taken",
        "Left",
    ]
