"""A client of the API that may send again, and writes down all that it sees."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from runtime.endpoint import Handler
from runtime.http import Event, Reply
from tools.event import event
from tools.ledger import Request
from tools.load.bodies import Target
from tools.load.traffic import Post

LONG, SHORT = 50, 4


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
    made = event(post.body, route=f"POST {post.path}", headers=post.headers)
    return {**made, "queryStringParameters": post.query}


def to_record(target: Target) -> Event:
    """Give the event that records a target."""
    return event(json.dumps(target.record), route="POST /internal/inferences")


def repeatable(post: Post) -> Post:
    """Give what of it may be sent again: what has a key; of an atomic batch all, or nothing."""
    keyed = tuple(request for request in post.requests if request.key is not None)
    return replace(post, requests=() if post.atomic and keyed != post.requests else keyed)
