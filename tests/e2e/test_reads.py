"""Reading feedback over HTTP, in the order of calls that TensorZero's own page makes."""

from typing import Any
from urllib.parse import urlencode

from shared import uuids
from tools.http import Caller

VOTES: list[dict[str, Any]] = [
    {"metric_name": "draft_accepted", "value": True},
    {"metric_name": "edit_distance", "value": 0.5},
    {"metric_name": "comment", "value": "Friendly."},
    {"metric_name": "demonstration", "value": "Your order is on its way."},
]


def _get(call: Caller, target: str, view: str = "", **query: object) -> dict[str, Any]:
    answer = call.send("GET", f"/internal/feedback/{target}{view}?{urlencode(query)}")
    assert answer.status == 200, answer
    body: dict[str, Any] = answer.body
    return body


def _give(call: Caller, inference_id: str, number: int) -> str:
    answer = call.feedback(inference_id=inference_id, **VOTES[number % len(VOTES)])
    assert answer.status == 200, answer
    return str(answer.body["feedback_id"])


def test_a_page_of_feedback_is_read_as_tensorzeros_page_reads_it(call: Caller) -> None:
    """Bounds and page, further pages in both directions, then a new row, at once."""
    target = call.record(function_name="draft_reply")["inference_id"]
    assert _get(call, target) == {"feedback": []}
    ids = [_give(call, target, number) for number in range(23)]
    newest = ids[::-1]

    bounds, page = _get(call, target, "/bounds"), _get(call, target, limit=10)
    assert (bounds["first_id"], bounds["last_id"]) == (ids[0], ids[-1])
    assert [row["id"] for row in page["feedback"]] == newest[:10]
    assert page.keys() == {"feedback"}

    older = _get(call, target, before=newest[9], limit=10)
    oldest = _get(call, target, before=newest[19], limit=10)
    assert [row["id"] for row in older["feedback"]] == newest[10:20]
    assert [row["id"] for row in oldest["feedback"]] == newest[20:]
    assert oldest["feedback"][-1]["id"] == bounds["first_id"]
    back = _get(call, target, after=newest[20], limit=10)
    assert [row["id"] for row in back["feedback"]] == newest[10:20]

    [demonstration] = _get(call, target, "/demonstrations", limit=1)["feedback"]
    assert demonstration["id"] == max(ids[3::4])
    latest = _get(call, target, "/latest_id_by_metric")["feedback_id_by_metric"]
    assert latest == {"draft_accepted": max(ids[0::4]), "edit_distance": max(ids[1::4])}

    new = _give(call, target, 0)
    assert _get(call, target, limit=10)["feedback"][0]["id"] == new
    assert [row["id"] for row in _get(call, target, after=newest[0])["feedback"]] == [new]
    assert _get(call, target, "/bounds")["last_id"] == new
    assert _get(call, target, "/count") == {"count": 24}


def test_a_batch_of_inferences_is_recorded_and_read_back(call: Caller) -> None:
    """Each element is answered; what is read can be recorded again."""
    inference = {
        "inference_id": uuids.new(),
        "episode_id": uuids.new(),
        "function_name": "draft_reply",
        "variant_name": "v",
        "output": [{"type": "text", "text": "Hello."}],
    }
    batch = [inference, {**inference, "variant_name": "w"}, {}]

    answer = call.post("/internal/inferences/batch", batch)
    read = call.send("GET", f"/internal/inferences/{inference['inference_id']}")

    assert [element["status"] for element in answer.body] == [200, 409, 400]
    assert read.body == {"inference": inference}
    assert call.post("/internal/inferences", read.body["inference"]).status == 200
    assert call.send("GET", f"/internal/inferences/{inference['episode_id']}").status == 404
