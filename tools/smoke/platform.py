"""Checks of what AWS does by itself, which no document settles."""

import gzip
import json
import time
from http import HTTPStatus

from tools.event import event
from tools.http import Unexpected
from tools.smoke.check import Check, NotAsked
from tools.smoke.run import Run

MEGABYTE = 1_000_000
DELIVERY = 120.0
"""Seconds that the access log is given to show a request."""


def _origin(run: Run) -> str:
    origin = run.stack.parameters["AllowedOrigins"].split(",")[0]
    if not origin:
        raise NotAsked("AllowedOrigins is empty: no web page may call this stack")
    return origin


def _preflight(run: Run) -> None:
    nobody, asked = run.call.with_credential(None), {"Access-Control-Request-Method": "POST"}
    origin = _origin(run)
    for page, allowed in ((origin, origin), ("https://smoke.example", None)):
        answer = nobody.send("OPTIONS", "/feedback", b"", Origin=page, **asked)
        if (found := answer.headers.get("access-control-allow-origin")) != allowed:
            raise Unexpected(f"{page} is answered access-control-allow-origin: {found}")


def _own_refusals(run: Run) -> None:
    origin = _origin(run)
    nobody = run.call.with_credential(None)
    for answer in (
        nobody.send("POST", "/feedback", b"{}", Origin=origin),
        nobody.send("POST", "/feedback", b"{}", Origin=origin, Authorization="Bearer x"),
    ):
        if answer.headers.get("access-control-allow-origin") != origin:
            raise Unexpected(
                f"{answer.status} has no access-control-allow-origin: a page sees none"
            )


def _large(run: Run, size: int) -> str:
    answer = run.call.send("POST", "/feedback", b" " * size)
    return f"{size // MEGABYTE} MB: {answer.expect(413).text[:80]}"


def _between(run: Run) -> str:
    return "; ".join(_large(run, size * MEGABYTE) for size in (5, 7, 9))


def _above(run: Run) -> str:
    return _large(run, 11 * MEGABYTE)


def _gzip(run: Run) -> str:
    """Bytes are bytes as application/octet-stream; as JSON they may be, or are refused."""
    vote = {"metric_name": "comment", "value": "x", "dryrun": True}
    body = gzip.compress(
        json.dumps({**vote, "inference_id": run.inference["inference_id"]}).encode()
    )
    encoded = {"Content-Encoding": "gzip"}
    binary = {**encoded, "Content-Type": "application/octet-stream"}
    run.call.send("POST", "/feedback", body, **binary).expect(200)
    as_json = {**encoded, "Content-Type": "application/json"}
    answer = run.call.send("POST", "/feedback", body, **as_json)
    if answer.status != HTTPStatus.OK:
        answer.expect(400, "malformed_body")
    return f"as JSON: {answer.status}"


def _rollback(run: Run) -> str:
    """Call older versions, to which a rollback would go, with the layers that they had."""
    client, name = run.stack.client("lambda"), run.stack.functions["Reads"]
    live = client.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    versions = [one["Version"] for page in pages for one in page["Versions"]]
    older = [one for one in versions if one not in {"$LATEST", live}]
    if not older:
        raise NotAsked("there is no older version: ask during a rollout, or after an update")
    for version in older:
        answer = client.invoke(
            FunctionName=name, Qualifier=version, Payload=json.dumps(event(route="GET /status"))
        )
        if "FunctionError" in answer:
            raise Unexpected(f"version {version}: {answer['Payload'].read().decode()[:200]}")
    return f"{len(older)} older versions answer"


def _access_log(run: Run) -> str:
    """Provoke refusals and read their lines: a quote in a text of AWS's would break the JSON."""
    nobody, logs = run.call.with_credential(None), run.stack.client("logs")
    sent = [
        run.call.send("GET", "/status"),
        nobody.send("POST", "/feedback", b"{}"),
        nobody.send("POST", "/feedback", b"{}", Authorization="Bearer x"),
        run.call.send("POST", "/feedback", b" " * 7 * MEGABYTE),
    ]
    wanted = {answer.headers["apigw-requestid"] for answer in sent}
    stage = run.stack.client("apigatewayv2").get_stage(
        ApiId=run.stack.outputs["ApiId"], StageName="$default"
    )
    group = stage["AccessLogSettings"]["DestinationArn"].split(":log-group:")[1].removesuffix(":*")
    until = time.monotonic() + DELIVERY
    while True:
        events = logs.filter_log_events(logGroupName=group, startTime=int(run.started * 1000))
        lines = [one["message"] for one in events["events"]]
        found = [line for line in lines if any(one in line for one in wanted)]
        if len(found) == len(wanted):
            break
        if time.monotonic() > until:
            raise Unexpected(f"{len(found)} lines of {len(wanted)} requests")
        time.sleep(5)
    for line in found:
        try:
            json.loads(line)
        except ValueError as error:
            raise Unexpected(f"no JSON: {line.strip()}") from error
    return f"{len(found)} lines"


CHECKS = [
    Check("A web page of an allowed origin may call, another may not", _preflight),
    Check(
        "A web page sees API Gateway's own refusals",
        _own_refusals,
        "the headers of 401 and 403",
    ),
    Check("A body between Lambda's 6 MB and API Gateway's 10 MB is a 413", _between, "its limits"),
    Check("A body above API Gateway's 10 MB is a 413", _above, "its limits"),
    Check("The access log has a line of JSON for each request", _access_log, "what it logs"),
    Check("gzip is read, and as JSON read or refused", _gzip),
    Check("A rollback finds its layers", _rollback, "layers that were deleted"),
]
