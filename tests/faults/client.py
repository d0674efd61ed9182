"""A client of the API that may send again, and writes down all that it sees."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from benchmarks.load.bodies import Target
from benchmarks.load.traffic import Post
from shared.caller import AUTHOR, KEY_ID
from shared.endpoint import Handler
from shared.http import Event, Reply
from tests.audit.ledger import Request
from tools.event import event

LONG, SHORT = 50, 4
SIGNER = "abcdefghijkl"
"""The key that signs a voter's token."""


@dataclass
class Patience:
    """Lambda's context: there is time enough, until it was looked at so often."""

    looks: int = LONG
    aws_request_id: str = "8a5d9a26-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Tell how long Lambda would still wait."""
        self.looks -= 1
        return 28_000 if self.looks > 0 else 0


Api: TypeAlias = Callable[[Event, Patience], Reply | None]
"""Answers an event, or does not."""


def api(handlers: Mapping[str, Handler]) -> Api:
    """Let the Lambda of its route answer an event; a bug of ours escapes."""
    return lambda request, patience: handlers[request["routeKey"]](request, patience)


@dataclass
class Client:
    """Whoever gives feedback."""

    api: Api
    patience: int = LONG
    """How often Lambda may look at the time."""
    requests: dict[str, Request] = field(default_factory=dict)
    """By name, all that was ever sent."""

    def send(self, post: Post) -> bool:
        """Send it once; tell whether every answer was to be expected."""
        self.requests |= {request.name: request for request in post.requests}
        reply = self.api(to_event(post), Patience(self.patience))
        return post.note() if reply is None else post.note(reply["statusCode"], reply["body"])


def to_event(post: Post) -> Event:
    """Give the event that API Gateway makes of a post."""
    caller = _voter(post.requests[0]) if any(one.vote for one in post.requests) else None
    route = f"POST {post.path}"
    return event(post.body, route=route, headers=post.headers, query=post.query, caller=caller)


def _voter(request: Request) -> dict[str, Any]:
    """Give what the authorizer tells of a token that is for this one vote."""
    body = request.body
    return {
        "credential": "token",
        "key_id": request.sender[KEY_ID],
        "author": request.sender[AUTHOR],
        "targets": [body.get("inference_id") or body["episode_id"]],
        "metrics": [body["metric_name"]],
        "once": True,
        "expires_at": 4_000_000_000,
    }


def to_vote(post: Post, author: str) -> Post:
    """Make a request the one vote that its author has."""
    (request,) = post.requests
    request.vote, request.sender = f"of {author}", {KEY_ID: SIGNER, AUTHOR: author}
    return post


def to_record(target: Target) -> Event:
    """Give the event that records a target."""
    return event(json.dumps(target.record), route="POST /internal/inferences")


def repeatable(post: Post) -> Post:
    """Give what of it may be sent again: what has a key; of an atomic batch all, or nothing."""
    keyed = tuple(request for request in post.requests if request.key is not None)
    return replace(post, requests=() if post.atomic and keyed != post.requests else keyed)
