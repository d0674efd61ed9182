"""A client of the API that may send again, and notes all that it sees."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from benchmarks.load.bodies import Target
from benchmarks.load.traffic import Post
from shared.caller import Grant, token_context
from shared.endpoint import Handler
from shared.http import Event, Reply
from shared.reserved import AUTHOR, KEY_ID
from shared.uuids import Uuid
from tests.audit.ledger import Request
from tools.event import event

LONG, SHORT = 50, 4
"""How often a Lambda may look at the time before there is none left."""
SIGNER = "abcdefghijkl"
"""The key that signs a voter's token."""


@dataclass
class Context:
    """Lambda's context: there is time enough, until it has been looked at so often."""

    looks: int = LONG
    aws_request_id: str = "8a5d9a26-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Return how long Lambda would still wait."""
        self.looks -= 1
        return 28_000 if self.looks > 0 else 0


Api: TypeAlias = Callable[[Event, Context], Reply | None]
"""Answers an event, or does not."""


def api(handlers: Mapping[str, Handler]) -> Api:
    """Let the Lambda of its route answer an event; a bug of ours escapes."""
    return lambda request, context: handlers[request["routeKey"]](request, context)


@dataclass
class Client:
    """Whoever gives feedback."""

    api: Api
    looks: int = LONG
    requests: dict[str, Request] = field(default_factory=dict)
    """By name, all that was ever sent."""

    def send(self, post: Post) -> bool:
        """Send it once; return whether every answer was to be expected."""
        self.requests |= {request.name: request for request in post.requests}
        reply = self.api(to_event(post), Context(self.looks))
        return post.note() if reply is None else post.note(reply["statusCode"], reply["body"])


def to_event(post: Post) -> Event:
    """Return the event that API Gateway makes of a post."""
    caller = _voter(post.requests[0]) if any(one.vote for one in post.requests) else None
    route = f"POST {post.path}"
    return event(post.body, route=route, headers=post.headers, query=post.query, caller=caller)


def _voter(request: Request) -> dict[str, Any]:
    """Return the authorizer's context for a token that is for this one vote."""
    body, sender = request.body, request.sender
    target = Uuid(body.get("inference_id") or body["episode_id"])
    grant = Grant(frozenset({target}), frozenset({body["metric_name"]}), once=True)
    return token_context(sender[KEY_ID], sender[AUTHOR], grant, 4_000_000_000)


def to_vote(post: Post, author: str) -> Post:
    """Make a request the one vote that its author has."""
    (request,) = post.requests
    request.vote, request.sender = f"of {author}", {KEY_ID: SIGNER, AUTHOR: author}
    return post


def to_record(target: Target) -> Event:
    """Return the event that records a target."""
    return event(json.dumps(target.record), route="POST /internal/inferences")


def repeatable(post: Post) -> Post:
    """Return what may be sent again: what has a key; of an atomic batch all or nothing."""
    keyed = tuple(request for request in post.requests if request.key is not None)
    return replace(post, requests=() if post.atomic and keyed != post.requests else keyed)
