"""Elements of every sort: accepted, refused at once, and refused by what a look-up finds."""

from typing import Any

from shared.document import Json
from shared.uuids import Uuid
from tests.unit.batch.stack import EPISODE, INFERENCE, MISSING, NO_OUTPUT, element

LABEL: dict[str, Any] = {
    "internal": True,
    "tags": {
        "tensorzero::datapoint_id": INFERENCE,
        "tensorzero::evaluator_inference_id": INFERENCE,
        "tensorzero::human_feedback": "true",
    },
}
ON_EPISODE: dict[str, Any] = {"inference_id": None, "episode_id": EPISODE}

ACCEPTED: dict[str, dict[str, Json]] = {
    "a boolean": element(),
    "another boolean": element(value=False),
    "a boolean on an episode": element(metric_name="resolved", **ON_EPISODE),
    "a float": element(metric_name="distance", value=2),
    "a float on an episode": element(metric_name="rating", value=4.5, **ON_EPISODE),
    "a comment": element(metric_name="comment", value="é", tags={"a": "b"}),
    "a comment on an episode": element(metric_name="comment", value="", **ON_EPISODE),
    "a label": element(**LABEL),
    "null fields": element(episode_id=None, dryrun=None),
}
REFUSED_AT_ONCE: dict[str, Json] = {
    "no object": 5,
    "nothing": {},
    "no value": {"metric_name": "liked"},
    "an unknown field": element(foo=1),
    "a malformed id": element(inference_id="x"),
    "a malformed key": element("é"),
    "a key of another type": element(idempotency_key=5),
    "a reserved tag": element(tags={"tensorzero::x": ""}),
    "both ids": element(episode_id=EPISODE),
    "no id": element(metric_name="comment", inference_id=None),
    "an unknown metric": element(metric_name="nope"),
    "an id of another version": element(inference_id=Uuid("0192c4a0-7e00-4000-8000-000000000001")),
    "a wrong value": element(value=1),
    "a wrong value on a missing target": element(value=1, inference_id=MISSING),
    "a label of an episode": element(metric_name="resolved", **ON_EPISODE, **LABEL),
}
REFUSED_LATER: dict[str, dict[str, Json]] = {
    "a missing target": element(inference_id=MISSING),
    "an episode's id as an inference's": element(
        metric_name="comment", value="", inference_id=EPISODE
    ),
    "a label without an output": element(inference_id=NO_OUTPUT, **LABEL),
    "too large an item": element(tags={str(number): "x" * 50_000 for number in range(10)}),
}
