"""Checks of what is refused: each with its code, and API Gateway's own refusals."""

from functools import partial

from shared import uuids
from tools.smoke.check import Check, NotAsked
from tools.smoke.run import Run

OLD = "01900000-0000-7000-8000-000000000000"
"""An id of 2024, which is waited for no longer than a second."""
BODIES: dict[str, tuple[bytes, int, str]] = {
    "no body": (b"", 400, "malformed_body"),
    "half a body": (b"{", 400, "malformed_body"),
    "what is not UTF-8": (b'{"metric_name":"\xff"}', 400, "malformed_body"),
    "100,000 nested arrays": (b"[" * 100_000, 400, "malformed_body"),
    "an array": (b"[]", 400, "invalid_field"),
    "no metric": (b'{"value":1}', 400, "missing_field"),
    "an unknown field": (b'{"metric_name":"comment","value":"x","x":1}', 400, "unknown_field"),
    "an unknown metric": (b'{"metric_name":"smoke::none","value":1}', 404, "unknown_metric"),
    "a comment on nothing": (b'{"metric_name":"comment","value":"x"}', 400, "ambiguous_target"),
    "3 MB": (
        b'{"metric_name":"comment","value":"' + b"x" * 3_000_000 + b'"}',
        413,
        "body_too_large",
    ),
}
"""Bodies of POST /feedback that no configuration takes: body, status, code."""
FIELDS: dict[str, tuple[dict[str, object], int, str]] = {
    "an id that is no UUIDv7": (
        {"inference_id": "6ba7b810-9dad-41d1-80b4-00c04fd430c8"},
        400,
        "not_uuid_v7",
    ),
    "a reserved tag": ({"tags": {"tensorzero::x": "y"}}, 400, "reserved_tag"),
    "a number as a comment": ({"value": 1}, 400, "invalid_value"),
    "an item of 410 KB": ({"value": "x" * 410_000}, 413, "item_too_large"),
}
"""What makes a good comment on a recorded inference a bad one."""
HEADERS: dict[str, tuple[dict[str, str], int, str]] = {
    "Content-Encoding: br": ({"Content-Encoding": "br"}, 415, "unsupported_encoding"),
    "another charset": (
        {"Content-Type": "text/plain; charset=latin-1"},
        415,
        "unsupported_charset",
    ),
    "an empty Idempotency-Key": ({"Idempotency-Key": '""'}, 400, "invalid_idempotency_key"),
}
"""What no body helps against."""


def _body(run: Run, body: bytes, status: int, code: str) -> str:
    return run.call.send("POST", "/feedback", body).expect(status, code).text and code


def _fields(run: Run, fields: dict[str, object], status: int, code: str) -> str:
    good = {"metric_name": "comment", "value": "x", "inference_id": run.inference["inference_id"]}
    run.call.feedback(**{**good, **fields}).expect(status, code)
    return code


def _headers(run: Run, headers: dict[str, str], status: int, code: str) -> str:
    run.call.send("POST", "/feedback", b"{}", **headers).expect(status, code)
    return code


def _missing(run: Run) -> str:
    if not run.configuration["target_validation"]:
        raise NotAsked("gateway.unstable_disable_feedback_target_validation is true")
    vote = {"metric_name": "comment", "value": "x", "inference_id": OLD}
    run.call.feedback(**vote).expect(400, "target_not_found")
    return "target_not_found"


def _unknown_path(run: Run) -> None:
    for method, path in (("GET", "/feedback"), ("POST", "/feedback/"), ("POST", f"/{uuids.new()}")):
        run.call.send(method, path, b"{}" if method == "POST" else b"").expect(404)


CHECKS = [
    *(
        Check(f"POST /feedback refuses {name}", partial(_body, body=body, status=status, code=code))
        for name, (body, status, code) in BODIES.items()
    ),
    *(
        Check(
            f"POST /feedback refuses {name}", partial(_fields, fields=one, status=status, code=code)
        )
        for name, (one, status, code) in FIELDS.items()
    ),
    *(
        Check(
            f"POST /feedback refuses {name}",
            partial(_headers, headers=one, status=status, code=code),
        )
        for name, (one, status, code) in HEADERS.items()
    ),
    Check("POST /feedback refuses a target that is nowhere, after the wait", _missing),
    Check("The API refuses what no route serves", _unknown_path),
]
