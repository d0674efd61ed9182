"""Checks of who may do what: keys and their scopes, tokens and what they grant, forgeries."""

import json
import re
from functools import partial

from authorizer.scopes import FOR_READERS, FOR_TOKENS, SCOPES
from feedback_cli.keys import Scope
from tools.credentials import TokenKey
from tools.forgeries import CASES, Forger
from tools.http import Answer, Caller, Unexpected
from tools.smoke.check import Check, NotAsked
from tools.smoke.run import FUNCTION, Run

FORBIDDEN = {"message": "Forbidden"}
NOT_FOUND = {"message": "Not Found"}
REFUSED = {401, 403, 431}
"""The last is API Gateway's, of a header that is too long for it."""


def _ask(run: Run, caller: Caller, route: str, **headers: str) -> Answer:
    """Send what a good credential would be answered 200 or 404."""
    method, path = route.split(" ")
    comment = {**_comment(run), "dryrun": True}
    bodies: dict[str, object] = {
        "POST /feedback": comment,
        "POST /feedback/batch": [comment],
        "POST /internal/inferences": run.inference,
        "POST /internal/inferences/batch": [run.inference],
    }
    question = {"metric_name": "comment", "output": "{}"}
    body = json.dumps(bodies.get(route, question)).encode() if method == "POST" else b""
    path = path.replace("{function}", FUNCTION)
    path = re.sub(r"{.+?}", run.inference["inference_id"], path)
    return caller.send(method, path, body, **headers)


def _comment(run: Run) -> dict[str, object]:
    target = {"inference_id": run.inference["inference_id"]}
    return {"metric_name": "comment", "value": "x", **target}


def _needs_credentials(run: Run) -> None:
    if not run.stack.authenticated:
        raise NotAsked("authentication is off in this stack")


def _without(run: Run) -> None:
    _needs_credentials(run)
    nobody = run.call.with_credential(None)
    for route in SCOPES.keys() - run.stack.keyless:
        answer = _ask(run, nobody, route)
        if answer.body != NOT_FOUND:  # a missing route is another check's
            answer.expect(401)


def _scope(run: Run, scope: Scope) -> str:
    _needs_credentials(run)
    caller = run.call.with_credential(run.stack.new_key(scope))
    answers = {route: _ask(run, caller, route) for route in SCOPES}
    there = {route for route, answer in answers.items() if answer.body != NOT_FOUND}
    opened = {route for route in there if answers[route].body != FORBIDDEN}
    granted = {route for route, needed in SCOPES.items() if needed in {None, scope}}
    if opened != granted & there:
        raise Unexpected(f"opens {', '.join(sorted(opened))}")
    return f"{len(opened)} routes of {len(SCOPES)}"


def _forged(run: Run) -> str:
    _needs_credentials(run)
    forger = Forger(run.stack, TokenKey.new(run.stack), run.inference["inference_id"])
    nobody = run.call.with_credential(None)
    for name, (_, forge) in CASES.items():
        answer = _ask(run, nobody, "POST /feedback", Authorization=forge(forger))
        if answer.status not in REFUSED:
            raise Unexpected(f"{name}: {answer.status} {answer.text[:200]}")
    return f"{len(CASES)} of them"


def _token(run: Run) -> None:
    _needs_credentials(run)
    token = TokenKey.new(run.stack).mint(run.inference["inference_id"], metrics=("comment",))
    caller = run.call.with_credential(token)
    caller.feedback(**_comment(run)).expect(200)
    changes: list[dict[str, object]] = [
        {"internal": True},
        {"inference_id": run.record()["inference_id"]},
    ]
    for change in changes:
        caller.feedback(**{**_comment(run), **change}).expect(403, "not_granted")
    for route in SCOPES.keys() - (FOR_TOKENS - {FOR_READERS}) - run.stack.keyless:
        answer = _ask(run, caller, route)
        if answer.body != NOT_FOUND:
            answer.expect(403)


def _once(run: Run) -> None:
    """Look what API Gateway makes of the lists, the number and the truth value of a context."""
    _needs_credentials(run)
    key = TokenKey.new(run.stack)
    for once, answered in ((False, 200), (True, 409)):
        target = run.record()["inference_id"]
        token = key.mint(target, metrics=("comment",), once=once)
        caller = run.call.with_credential(token)
        vote = {**_comment(run), "inference_id": target}
        caller.feedback(**vote).expect(200)
        caller.feedback(**{**vote, "value": "again"}).expect(answered)


def _read(run: Run) -> None:
    """Look what API Gateway makes of a query, and of a filter on a tag."""
    _needs_credentials(run)
    key, target = TokenKey.new(run.stack), run.record()["inference_id"]
    tokens = [
        key.mint(target, author=author, metrics=("comment",), read=True)
        for author in ("ada", "bob")
    ]
    callers = [run.call.with_credential(token) for token in tokens]
    given = [
        caller.feedback(**{**_comment(run), "inference_id": target}).expect(200).body
        for caller in callers
    ]
    listed = callers[0].send("GET", f"/internal/feedback/{target}?limit=5").expect(200).body
    if [row["id"] for row in listed["feedback"]] != [given[0]["feedback_id"]]:
        raise Unexpected(f"listed {listed}")
    other = run.record()["inference_id"]
    callers[0].send("GET", f"/internal/feedback/{other}").expect(403, "not_granted")


def _disabled(run: Run) -> None:
    _needs_credentials(run)
    caller = run.call.with_credential(run.stack.new_key())
    caller.send("GET", "/health").expect(200)
    run.stack.disable(run.stack.made[-1])
    caller.send("GET", "/status").expect(403)  # on a route where no answer is remembered


CHECKS = [
    Check("Nobody is let through without a credential", _without),
    Check("Nobody is let through with a forged credential", _forged),
    *(
        Check(f"A key of {scope} opens its routes and no other", partial(_scope, scope=scope))
        for scope in Scope
    ),
    Check("A key that is disabled is refused", _disabled),
    Check("A token stores what it grants, and nothing else", _token),
    Check("A token that may read lists its author's own feedback, and no other", _read),
    Check("A token for one vote has no second, others have (types in the context)", _once),
]
