"""The events in events/, each a case: its name begins with the status that it is answered with."""

import json
from datetime import timedelta
from typing import Any

from feedback_cli.keys import new_token_key
from tensorzero_feedback import signing
from tensorzero_feedback.tokens import mint
from tests.support.template import ROOT
from tools.event import authorization


def _read(folder: str) -> dict[str, dict[str, Any]]:
    return {
        path.stem: json.loads(path.read_text("utf-8")) for path in ROOT.glob(f"{folder}/*.json")
    }


EVENTS = _read("events")
_SIGNER = signing.generate(signing.Algorithm.EDDSA)
_TOKENS = new_token_key(signing.Algorithm.EDDSA, _SIGNER.public_key())
_TOKEN = mint(
    signing.private_pem(_SIGNER),
    _TOKENS["id"]["S"],
    author="user-1",
    targets=["0192c4a0-7e00-7000-8000-000000000001"],
    metrics=["draft_accepted"],
    expires_in=timedelta(hours=1),
)
AUTHORIZER = {**_read("events/authorizer"), "200-token": authorization(_TOKEN)}
"""What API Gateway asks the authorizer; 403 is what a request gets that is not let through.

No token is valid for long, so the one that is let through is in no file.
"""
AGGREGATOR = _read("events/aggregator")
"""Batches of records that Lambda reads off the tables' streams."""
KEYS: list[dict[str, Any]] = [
    *json.loads((ROOT / "tests/events/keys.json").read_text("utf-8")),
    _TOKENS,
]
"""The items of the keys that these are about. Nobody has the private key of the files' tokens."""
FIRST = "200-record-"
"""Inferences to record before all others; the other events are about them."""
LAST = "200-get-human-feedback"
"""Reads what another event stores."""
BATCHES = {"POST /feedback/batch", "POST /internal/inferences/batch"}
"""Are answered by an array."""
LIST = "GET /internal/feedback/{target_id}"
SHAPES = {
    "POST /feedback": {"feedback_id"},
    "POST /internal/inferences": {"inference_id", "episode_id"},
    "POST /internal/evaluations/datapoints/{datapoint_id}/get_human_feedback": {"feedback"},
    "GET /internal/inferences/{inference_id}": {"inference"},
    LIST: {"feedback"},
    f"{LIST}/demonstrations": {"feedback"},
    f"{LIST}/bounds": {"first_id", "last_id", "by_type"},
    f"{LIST}/count": {"count"},
    f"{LIST}/latest_id_by_metric": {"feedback_id_by_metric"},
    "GET /internal/functions/{function}/metrics": {"metrics", "episode_metrics"},
    "GET /internal/functions/{function}/variant_performances": {"performances"},
    "GET /internal/functions/{function}/inference_count/{metric+}": {
        "feedback_count",
        "inference_count",
    },
    "GET /internal/feedback/timeseries": {"timeseries"},
    "POST /v1/inferences/list_inferences": {"inferences"},
    "GET /status": {"status", "version", "config_hash"},
    "GET /health": {"gateway", "dynamodb"},
}


def in_order() -> list[str]:
    """Give the names of the events in an order in which they can be sent."""
    return sorted(EVENTS, key=lambda name: (not name.startswith(FIRST), name == LAST, name))


def check(name: str, status: int, body: Any) -> None:
    """Assert that an event was answered as its name says.

    With its status; a refusal also with its code, in the one shape of all refusals.
    """
    assert status == int(name.partition("-")[0]), body
    if isinstance(body, list):
        assert len(body) == len(json.loads(EVENTS[name]["body"]))
        return
    if status == 200:
        assert set(body) == SHAPES[EVENTS[name]["routeKey"]]
        return
    assert list(body)[:2] == ["error", "code"]
    assert {*body} <= {"error", "code", "detail"}
    assert body["error"]
    assert name.startswith(f"{status}-{body['code'].replace('_', '-')}"), body


def check_decision(name: str, decision: dict[str, Any]) -> None:
    """Assert that the authorizer decided as the name of its event says."""
    assert decision["isAuthorized"] is name.startswith("200-")
    assert ("context" in decision) is decision["isAuthorized"]


def check_batch(name: str, answer: dict[str, Any]) -> None:
    """Assert that the aggregator answered as the name of its batch says.

    Where something is not counted, it is the last record.
    """
    last = AGGREGATOR[name]["Records"][-1]["dynamodb"]["SequenceNumber"]
    failed = [] if name == "counted" else [{"itemIdentifier": last}]
    assert answer == {"batchItemFailures": failed}
