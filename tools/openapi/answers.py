"""The schemas of answers: TensorZero's shapes, of the kinds of feedback that there are."""

from typing import Any

from feedback.kinds.registry import KINDS
from feedback.model import Kind, Level
from tools.openapi.schema import TEXT, UUID, Schema, array, record, ref, texts

TIME: Schema = {**TEXT, "format": "date-time"}
HASH: Schema = {**TEXT, "pattern": "^[0-9a-f]{64}$"}
_VALUES: dict[str, Schema] = {
    "boolean": {"type": "boolean"},
    "float": {"type": "number"},
    "comment": TEXT,
    "demonstration": {**TEXT, "description": "JSON as a text"},
}
"""How the value of each kind is shown."""
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_REAL: Schema = {"type": "number"}
_REAL_OR_NULL: Schema = {"type": ["number", "null"]}
_KEPT: dict[str, Schema] = {
    "metric_name": TEXT,
    "target_type": {**TEXT, "enum": [level.value for level in Level]},
}
_BOUNDS = record({"first_id": UUID, "last_id": UUID})

_NEXT: Schema = {**UUID, "description": "where to go on, if the page ends early"}


def schemas() -> dict[str, Schema]:
    """Return the schemas of all answers but the refusals, by name."""
    kinds = list(KINDS.values())
    rows = [ref(f"{_title(kind)}Row") for kind in kinds]
    receipts = [ref(f"{_title(kind)}Receipt") for kind in kinds]
    ids = {"type": "object", "additionalProperties": UUID}
    label = record({"value": {"type": ["boolean", "number"]}, "evaluator_inference_id": UUID})
    return {
        "Stored": record({"feedback_id": UUID}),
        "Recorded": record({"inference_id": UUID, "episode_id": UUID}),
        "RecordedInference": record({"inference": ref("Inference")}),
        **{f"{_title(kind)}Row": _row(kind) for kind in kinds},
        "Page": _page({"anyOf": rows}),
        "Demonstrations": _page(_without(_row(KINDS["demonstration"]), "type")),
        **{f"{_title(kind)}Receipt": _receipt(kind) for kind in kinds},
        "Receipt": record({"feedback": {"anyOf": receipts}}),
        "Bounds": _bounds(kinds),
        "Count": record({"count": _NUMBER}),
        "LatestIds": record({"feedback_id_by_metric": ids}),
        "Label": record({"feedback": label}, "feedback"),
        **_comparisons(),
        "Status": record({"status": {"const": "ok"}, "version": TEXT, "config_hash": HASH}),
        "Healthy": record({"gateway": {"const": "ok"}, "dynamodb": {"const": "ok"}}),
        "Unhealthy": record({"gateway": {"const": "ok"}, "dynamodb": {"const": "error"}}),
    }


def _comparisons() -> dict[str, Schema]:
    """Describe what is answered from aggregates."""
    names = {"variant_name": TEXT, "count": _NUMBER}
    interval = {"cs_lower": _REAL_OR_NULL, "cs_upper": _REAL_OR_NULL}
    spread = {"stdev": _REAL, "ci_error": _REAL}
    types = {**TEXT, "enum": ["boolean", "float", "demonstration"]}
    metric = {"function_name": TEXT, "metric_name": TEXT, "metric_type": types}
    metrics = array(ref("MetricCount"))
    point = {"variance": _REAL_OR_NULL, "alpha": _REAL, **interval}
    listed = {
        "type": {**TEXT, "enum": ["chat", "json"]},
        "inference_id": UUID,
        "episode_id": UUID,
        "function_name": TEXT,
        "variant_name": TEXT,
        "timestamp": TIME,
    }
    return {
        "Metrics": record({"metrics": metrics, "episode_metrics": metrics}, "episode_metrics"),
        "MetricCount": record({**metric, "feedback_count": _NUMBER}, "metric_type"),
        "VariantPerformances": _rows(
            "performances",
            {"period_start": TIME, **names, "avg_metric": _REAL, **spread},
            *spread,
        ),
        "InferenceCounts": record({"feedback_count": _NUMBER, "inference_count": _NUMBER}),
        "TimeSeries": _rows("timeseries", {"period_end": TIME, **names, "mean": _REAL, **point}),
        "ListedInferences": record(
            {
                "inferences": array(
                    {"type": "object", "properties": listed, "required": [*listed]}
                ),
                "next": _NEXT,
            },
            "next",
        ),
    }


def _rows(name: str, properties: dict[str, Schema], *optional: str) -> Schema:
    return record({name: array(record(properties, *optional))})


def _title(kind: Kind[Any]) -> str:
    return kind.name.capitalize()


def _row(kind: Kind[Any]) -> Schema:
    """Describe a row of a list."""
    return record(
        {
            "type": {"const": kind.name},
            "id": UUID,
            kind.key: UUID,
            **({kind.keeps: _KEPT[kind.keeps]} if kind.keeps else {}),
            "value": _VALUES[kind.name],
            "tags": texts(),
            "timestamp": TIME,
        }
    )


def _receipt(kind: Kind[Any]) -> Schema:
    """Describe a receipt, which has all columns of the row."""
    properties = _row(kind)["properties"]
    return record({**properties, "snapshot_hash": HASH})


def _without(schema: Schema, name: str) -> Schema:
    return record({one: said for one, said in schema["properties"].items() if one != name})


def _page(row: Schema) -> Schema:
    return record({"feedback": array(row), "next": _NEXT}, "next")


def _bounds(kinds: list[Kind[Any]]) -> Schema:
    bound = {**UUID, "type": ["string", "null"]}
    none = record({})
    by_type = record({kind.name: {"anyOf": [_BOUNDS, none]} for kind in kinds})
    return record({"first_id": bound, "last_id": bound, "by_type": by_type})
