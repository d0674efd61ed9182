"""What one feedback alone may have: an idempotency key, or the one vote that a token allows.

A claim is an item that is written in the transaction of its feedback, on the condition that it is
not there yet. Whoever comes second is given the item that is, and is answered by it.
"""

import hashlib
import json
from typing import NamedTuple

from feedback.model import Metric, Target
from feedback.request import FeedbackRequest
from shared.caller import Caller
from shared.dynamodb import Item
from shared.errors import AlreadyVoted, IdempotencyKeyReused
from shared.uuids import Uuid

DAY = 24 * 60 * 60
"""Seconds."""
FREE = "attribute_not_exists(#key) OR #expires_at <= :now"
"""DynamoDB deletes an expired item when it comes to it: until then it must not count."""
NAMES = {"#key": "key", "#expires_at": "expires_at"}


class Claim(NamedTuple):
    """What is taken, by which feedback."""

    key: str
    """Under which it is kept: a hash, so that no caller's key can be another's, or too long."""
    feedback_id: Uuid
    fingerprint: str | None
    """Of the request, which a repeat has as well; None where there is no such thing as a repeat."""
    expires_at: int | None
    """In seconds since 1970; None for what is taken for good."""

    def to_item(self) -> Item:
        """Give the item that takes it."""
        item: Item = {"key": {"S": self.key}, "feedback_id": {"S": self.feedback_id}}
        if self.fingerprint is not None:
            item["fingerprint"] = {"S": self.fingerprint}
        if self.expires_at is not None:
            item["expires_at"] = {"N": str(self.expires_at)}
        return item

    def settle(self, earlier: Item) -> Uuid:
        """Answer by the item that was there first: the id of the feedback that it stored.

        Raises IdempotencyKeyReused if that was another request, and AlreadyVoted.
        """
        if self.fingerprint is None:
            raise AlreadyVoted("The token allows one vote on this target and metric: it is stored")
        if earlier["fingerprint"] != {"S": self.fingerprint}:
            raise IdempotencyKeyReused(
                "The idempotency key was used for another request: take a new key for a new one"
            )
        return Uuid(earlier["feedback_id"]["S"])


def of_key(key: str, request: FeedbackRequest, caller: Caller, id_: Uuid, expires_at: int) -> Claim:
    """Claim a caller's idempotency key for a request, until a time in seconds since 1970."""
    return Claim(_hash("key", *caller.identity, key), id_, fingerprint(request), expires_at)


def of_vote(caller: Caller, target: Target, metric: Metric, id_: Uuid) -> Claim:
    """Claim the one vote that a token's author has on a target and metric, for good.

    A token grants ids, so an id has one vote whether it is called an inference or an episode.
    """
    key = _hash("vote", *caller.identity, target.id, metric.name)
    return Claim(key, id_, fingerprint=None, expires_at=None)


def is_expired(item: Item, now: int) -> bool:
    """Tell whether what an item took is free again, though the item is still there."""
    return "expires_at" in item and int(item["expires_at"]["N"]) <= now


def fingerprint(request: FeedbackRequest) -> str:
    """Tell a request from others: by what it says, not by how its JSON is written."""
    return _hash(
        request.metric_name,
        request.value,
        request.inference_id,
        request.episode_id,
        request.internal,
        request.tags,
    )


def _hash(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
