"""Checks of what is accepted: each kind of feedback is in its table and nowhere else."""

from functools import partial
from typing import Any

from feedback_cli.keys import Item
from shared import uuids
from tools.http import Answer, Unexpected
from tools.smoke.check import Check, NotAsked
from tools.smoke.deployment import KEYS
from tools.smoke.run import Run

TEXT = "Grüße \u0000"
KINDS: list[tuple[str, object, str, Item]] = [
    ("boolean", True, "BooleanMetricFeedback", {"BOOL": True}),
    ("float", 0.25, "FloatMetricFeedback", {"N": "0.25"}),
    ("comment", TEXT, "CommentFeedback", {"S": TEXT}),
    (
        "demonstration",
        TEXT,
        "DemonstrationFeedback",
        {"S": r'[{"type":"text","text":"Grüße \u0000"}]'},
    ),
]
"""Of each kind: a value, the table, and how the value lies there."""
TARGET = "Target"
FEEDBACK = [table for table in KEYS if table != "EvaluationHumanFeedback"]


def _vote(run: Run, kind: str, level: str, value: object) -> dict[str, Any]:
    """Give the body of feedback. Raises NotAsked where there is no such metric."""
    if not run.configuration["observability"]:
        raise NotAsked("gateway.observability.enabled is false")
    fixed = {"comment": "comment", "demonstration": "demonstration"}
    if (metric := fixed.get(kind) or run.metrics.get((kind, level))) is None:
        raise NotAsked(f"the configuration has no {kind} metric of the level {level}")
    target = f"{level}_id"
    return {"metric_name": metric, "value": value, target: run.inference[target]}


def _tables(run: Run, target: str, answer: Answer) -> dict[str, Item]:
    """Give the rows of some feedback, by table."""
    return {
        table: item
        for table in FEEDBACK
        for item in run.stack.items(table, target)
        if item["id"]["S"] == answer.body["feedback_id"]
    }


def _stored(run: Run, kind: str, level: str) -> None:
    _, value, table, stored = next(one for one in KINDS if one[0] == kind)
    vote = _vote(run, kind, level, value)
    answer = run.call.feedback(**vote, tags={"by": "smoke"}).expect(200)
    found = _tables(run, vote[f"{level}_id"], answer)
    if [*found] != [table]:
        raise Unexpected(f"stored in {', '.join(found) or 'no table'} instead of {table}")
    tags = {"by": {"S": "smoke"}}
    if run.key is not None:
        tags["tensorzero::api_key_public_id"] = {"S": run.key.split("-")[2]}
    for name, wanted in (("value", stored), ("tags", {"M": tags})):
        if found[table][name] != wanted:
            raise Unexpected(f"{name} is stored as {found[table][name]} instead of {wanted}")


def _recorded(run: Run) -> None:
    inference = run.record()
    for level in ("inference", "episode"):
        item = run.stack.target(inference[f"{level}_id"])
        if item is None or item["target_type"] != {"S": level}:
            raise Unexpected(f"no {level} is stored in Target")
    run.call.post("/internal/inferences", inference).expect(200)
    changed = {**inference, "variant_name": "other"}
    run.call.post("/internal/inferences", changed).expect(409, "inference_conflict")


def _dry(run: Run) -> None:
    vote = _vote(run, "comment", "inference", "x")
    answer = run.call.feedback(**vote, dryrun=True).expect(200)
    if found := _tables(run, vote["inference_id"], answer):
        raise Unexpected(f"stored in {', '.join(found)}")


def _label(run: Run) -> None:
    kind = next(
        (one for one in ("boolean", "float") if (one, "inference") in run.metrics), "boolean"
    )
    vote = _vote(run, kind, "inference", {"boolean": True, "float": 0.25}[kind])
    datapoint, judge = uuids.new(), uuids.new()
    run.datapoints.add(datapoint)
    tags = {
        "tensorzero::datapoint_id": datapoint,
        "tensorzero::evaluator_inference_id": judge,
        "tensorzero::human_feedback": "true",
    }
    run.call.feedback(**vote, internal=True, tags=tags).expect(200)
    if len(run.stack.items("EvaluationHumanFeedback", datapoint)) != 1:
        raise Unexpected("not stored in EvaluationHumanFeedback")
    question = {"metric_name": vote["metric_name"], "output": '[{"text":"Hello.","type":"text"}]'}
    path = f"/internal/evaluations/datapoints/{datapoint}/get_human_feedback"
    label = run.call.post(path, question).expect(200)
    if label.body != {"feedback": {"value": vote["value"], "evaluator_inference_id": judge}}:
        raise Unexpected(f"read back as {label.text}")


def _once(run: Run) -> None:
    vote, key = _vote(run, "comment", "inference", "once"), {"Idempotency-Key": uuids.new()}
    first, again = (run.call.post("/feedback", vote, **key).expect(200) for _ in range(2))
    if again.body != first.body or again.headers.get("idempotent-replayed") != "true":
        raise Unexpected(f"the repeat is answered {again.text}")
    changed = {**vote, "value": "changed"}
    run.call.post("/feedback", changed, **key).expect(422, "idempotency_key_reused")


def _batch(run: Run) -> None:
    vote = _vote(run, "comment", "inference", "in a batch")
    elements = [
        vote,
        {**vote, "metric_name": "smoke::none"},
        {**vote, "idempotency_key": uuids.new()},
    ]
    answer = run.call.post("/feedback/batch", elements).expect(200)
    if (found := [one["status"] for one in answer.body]) != [200, 404, 200]:
        raise Unexpected(f"answered {found}")
    ids = {one["feedback_id"] for one in answer.body if "feedback_id" in one}
    stored = run.stack.items("CommentFeedback", vote["inference_id"])
    if not ids <= {item["id"]["S"] for item in stored}:
        raise Unexpected("not stored in CommentFeedback")
    atomic = run.call.post("/feedback/batch?atomic=true", elements[:2]).expect(200)
    if (found := [one["status"] for one in atomic.body]) != [424, 404]:
        raise Unexpected(f"atomic: answered {found}")


def _batched(run: Run, kind: str) -> None:
    """Ask by BatchWriteItem, which is a right of its own on each table."""
    _, value, table, _ = next(one for one in KINDS if one[0] == kind)
    level = next(
        (one for one in ("inference", "episode") if (kind, one) in run.metrics), "inference"
    )
    vote = _vote(run, kind, level, value)
    answer = run.call.post("/feedback/batch", [vote, vote]).expect(200)
    ids = {one.get("feedback_id") for one in answer.body}
    if not ids <= {item["id"]["S"] for item in run.stack.items(table, vote[f"{level}_id"])}:
        raise Unexpected(f"answered {answer.text}, and is not in {table}")


def _receipt(run: Run) -> None:
    vote = _vote(run, "comment", "inference", "kept")
    answer = run.call.feedback(**vote).expect(200)
    path = f"/internal/feedback/{vote['inference_id']}/{answer.body['feedback_id']}"
    receipt = run.call.send("GET", path).expect(200).body["feedback"]
    if (receipt["type"], receipt["value"]) != ("comment", "kept"):
        raise Unexpected(f"the receipt says {receipt}")
    missing = f"/internal/feedback/{vote['inference_id']}/{uuids.new()}"
    run.call.send("GET", missing).expect(404, "feedback_not_found")


def _listed(run: Run) -> None:
    target = run.record()["inference_id"]
    vote = {**_vote(run, "comment", "inference", "kept"), "inference_id": target}
    ids = [run.call.feedback(**vote).expect(200).body["feedback_id"] for _ in range(3)]
    path = f"/internal/feedback/{target}"
    pages = [
        run.call.send("GET", f"{path}?{query}").expect(200).body["feedback"]
        for query in ("limit=2", f"before={ids[1]}", f"after={ids[0]}&limit=1")
    ]
    shown = [[row["id"] for row in page] for page in pages]
    if shown != [[ids[2], ids[1]], [ids[0]], [ids[1]]]:
        raise Unexpected(f"listed {shown} of {ids}")
    bounds = run.call.send("GET", f"{path}/bounds").expect(200).body
    count = run.call.send("GET", f"{path}/count").expect(200).body
    if (bounds["first_id"], bounds["last_id"], count) != (ids[0], ids[2], {"count": 3}):
        raise Unexpected(f"bounds {bounds}, {count} of {ids}")


def _status(run: Run) -> str:
    status = run.call.send("GET", "/status").expect(200).body
    known = run.configuration.get("snapshot_hash", status["config_hash"])
    if status["config_hash"] != known:
        raise Unexpected(f"config_hash is {status['config_hash']}, of the layer it is {known}")
    return f"version {status['version']}, configuration {status['config_hash'][:12]}"


def _health(run: Run) -> None:
    health = run.call.send("GET", "/health").expect(200)
    if health.body != {"gateway": "ok", "dynamodb": "ok"}:
        raise Unexpected(f"answered {health.text}")


CHECKS = [
    Check("GET /status tells the configuration that was deployed", _status),
    Check("GET /health reads DynamoDB", _health),
    Check("POST /internal/inferences records an inference and its episode, once", _recorded),
    *(
        Check(
            f"POST /feedback stores a {kind} on an {level}",
            partial(_stored, kind=kind, level=level),
        )
        for kind, *_ in KINDS
        for level in ("inference", "episode")
        if (kind, level) != ("demonstration", "episode")
    ),
    Check("POST /feedback stores an evaluation label, and it is read back", _label),
    Check("POST /feedback stores nothing of a dry run", _dry),
    Check("POST /feedback stores once with an Idempotency-Key", _once),
    Check("POST /feedback/batch answers each element, and ?atomic=true all or none", _batch),
    *(
        Check(f"POST /feedback/batch stores several of a {kind}", partial(_batched, kind=kind))
        for kind, *_ in KINDS
    ),
    Check("GET /internal/feedback/{target_id}/{feedback_id} finds what is stored", _receipt),
    Check("GET /internal/feedback/{target_id} lists it page by page, with bounds", _listed),
]
