"""What the benchmark's tables hold: inferences, a reservation, feedback to read, and keys."""

from datetime import timedelta
from typing import Any, TypeAlias

from feedback.request import FeedbackRequest
from feedback.reservations import of_key
from feedback_cli.keys import Scope, new_api_key, new_token_key
from shared import uuids
from shared.caller import ANYBODY
from tensorzero_feedback import signing
from tensorzero_feedback.signing import Algorithm
from tensorzero_feedback.tokens import mint

Item: TypeAlias = dict[str, Any]

INFERENCES = [f"0190b1a2-7c3d-7e4f-8a5b-6c7d8e9f{place:04x}" for place in range(0xA1B, 0xA1B + 100)]
INFERENCE = INFERENCES[0]
EPISODE = "0190b1a2-7c3a-7bbb-9c1d-2e3f4a5b6c7d"
JSON_INFERENCE = "0190b1a2-7c3d-7e4f-8a5b-6c7d8e9f0a00"


def _record(inference: str, function: str) -> Item:
    return {
        "target_id": {"S": inference},
        "target_type": {"S": "inference"},
        "function_name": {"S": function},
        "variant_name": {"S": "baseline"},
        "episode_id": {"S": EPISODE},
    }


FEEDBACK: dict[str, Any] = {
    "metric_name": "task_success",
    "inference_id": INFERENCE,
    "value": True,
    "tags": {"source": "web", "experiment": "b", "release": "2026-06"},
}
USED = "8e03978e-40d5-43dd-bc93-6894a57f9324"
"""An idempotency key that was sent before, with FEEDBACK."""
_FIRST = of_key(USED, FeedbackRequest.parse(FEEDBACK), ANYBODY, uuids.new(), 2**40)

ROWS: list[Item] = [
    {
        "target_id": {"S": INFERENCE},
        "id": {"S": f"0190b1a2-8c3d-7e4f-8a5b-6c7d8e9f{place:04x}"},
        "metric_name": {"S": "task_success"},
        "value": {"BOOL": True},
        "tags": {"M": {name: {"S": text} for name, text in FEEDBACK["tags"].items()}},
        "snapshot_hash": {"S": "0" * 64},
        "timestamp": {"S": "2024-07-14T15:16:17.181Z"},
    }
    for place in reversed(range(20))
]
"""Stored feedback on INFERENCE, the newest first."""

API_KEY, _api_key = new_api_key(list(Scope))
_pair = signing.generate(Algorithm.EDDSA)
_token_key = new_token_key(Algorithm.EDDSA, _pair.public_key())
TOKEN = mint(
    signing.private_pem(_pair),
    _token_key["id"]["S"],
    author="user-42",
    targets=[INFERENCE],
    metrics=[FEEDBACK["metric_name"]],
    expires_in=timedelta(days=1),
)

ITEMS: list[Item] = [
    *(_record(inference, "draft_reply") for inference in INFERENCES),
    _record(JSON_INFERENCE, "classify_ticket"),
    _FIRST.to_item(),
    *ROWS,
    _api_key,
    _token_key,
]
"""Of all tables together: no two have one key, and only that of boolean metrics is queried."""
