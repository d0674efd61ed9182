"""Rows: how feedback, labels and inferences are spelled as DynamoDB items, and read back."""

import json
import time
from typing import Any, NamedTuple

from feedback.evaluation import Label
from feedback.model import Feedback, Inference, Kind, Record, Target
from shared import uuids
from shared.items import Item, check_size, text_map, to_attribute, to_values
from shared.uuids import Uuid

LABELS = "evaluation"
"""The key of the table of labels."""
DOCUMENTS = ("tool_params", "output_schema", "output")
"""The attributes of a recorded inference that are JSON texts."""


class Row(NamedTuple):
    """An item that fits its table."""

    table: str
    """The table's key."""
    item: Item


def feedback_row(feedback: Feedback) -> Row:
    """Spell feedback. Raises ItemTooLarge."""
    metric = feedback.metric
    kind = metric.kind
    item: Item = {
        kind.key: {"S": feedback.target.id},
        "id": {"S": feedback.id},
        "value": to_attribute(feedback.value),
        "tags": text_map(feedback.tags),
        "snapshot_hash": {"S": feedback.snapshot_hash},
        "timestamp": {"S": timestamp(feedback.id)},
    }
    if kind.keeps == "metric_name":
        item["metric_name"] = {"S": metric.name}
    elif kind.keeps == "target_type":
        item["target_type"] = {"S": feedback.target.level}
    return Row(kind.name, check_size(item))


def feedback_key(kind: Kind[Any], target_id: Uuid, feedback_id: Uuid) -> Item:
    """Spell the key of a kind's row."""
    return {kind.key: {"S": target_id}, "id": {"S": feedback_id}}


def read_feedback(kind: Kind[Any], item: Item) -> dict[str, Any]:
    """Read feedback back, as TensorZero shows it: its `type` and its attributes."""
    values = to_values(item)
    return {"type": kind.name, **values, "value": kind.restore(values["value"])}


def label_row(label: Label, feedback: Feedback, output: str) -> Row:
    """Spell the label of some feedback, on an inference with this output. Raises ItemTooLarge."""
    item: Item = {
        "datapoint_id": {"S": label.datapoint_id},
        "feedback_id": {"S": feedback.id},
        "metric_name": {"S": feedback.metric.name},
        "output": {"S": output},
        "value": {"S": label.value},
        "evaluator_inference_id": {"S": label.evaluator_inference_id},
        "timestamp": {"S": timestamp(feedback.id)},
    }
    return Row(LABELS, check_size(item))


def read_label(item: Item) -> dict[str, Any]:
    """Read a label back, as TensorZero shows it."""
    return {
        "value": json.loads(item["value"]["S"]),
        "evaluator_inference_id": item["evaluator_inference_id"]["S"],
    }


def inference_item(inference: Inference) -> Item:
    """Spell a recorded inference. Raises ItemTooLarge."""
    item: Item = {
        "target_id": {"S": inference.id},
        "target_type": {"S": "inference"},
        "episode_id": {"S": inference.episode_id},
        "variant_name": {"S": inference.variant_name},
    }
    for name, text in inference.record._asdict().items():
        if text is not None:
            item[name] = {"S": text}
    return check_size(item)


def episode_item(episode_id: Uuid) -> Item:
    """Spell an episode: it is known by its inferences, and has no more to it."""
    return {"target_id": {"S": episode_id}, "target_type": {"S": "episode"}}


def read_record(item: Item, target: Target, reads: tuple[str, ...]) -> Record | None:
    """Read these parts of a target's record back; None if the item is of the other level."""
    if item["target_type"] != {"S": target.level}:
        return None
    return Record(**{name: item[name]["S"] for name in reads if name in item})


def timestamp(uuid: Uuid) -> str:
    """Spell the time that an id was made at: RFC 3339 in UTC, milliseconds."""
    seconds, milliseconds = divmod(uuids.milliseconds(uuid), 1_000)
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{moment}.{milliseconds:03}Z"
