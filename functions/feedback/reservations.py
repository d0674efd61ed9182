"""What only one feedback can hold: an idempotency key, or the one vote that a token allows.

A reservation is an item that is written in the transaction of its feedback, on the condition that
it is not there yet. Whoever comes second is answered by the item of the first.
"""

import hashlib
import json
from http import HTTPStatus
from typing import NamedTuple

from feedback.model import Metric, Target
from feedback.request import FeedbackRequest
from shared.caller import Caller
from shared.clock import Seconds
from shared.items import Item
from shared.refusal import Refusal
from shared.uuids import Uuid

TABLE = "idempotency"
"""The key of the table of reservations."""
FREE = "attribute_not_exists(#key) OR #expires_at <= :now"
"""The condition to write one. DynamoDB deletes expired items hours later, so they do not count."""
NAMES = {"#key": "key", "#expires_at": "expires_at"}


class AlreadyVoted(Refusal):
    """The one vote that the token allows is stored already."""

    code = "already_voted"
    status = HTTPStatus.CONFLICT


class IdempotencyKeyReused(Refusal):
    """The key belongs to another request."""

    code = "idempotency_key_reused"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Reservation(NamedTuple):
    """What is reserved, for which feedback."""

    key: str
    """A hash, so that no two callers' keys can be the same, and none is too long."""
    feedback_id: Uuid
    fingerprint: str | None
    """The request's, by which a repeat is known; None where nothing counts as a repeat."""
    expires_at: int | None
    """In whole seconds since 1970; None for what is reserved for good."""

    def to_item(self) -> Item:
        """Spell the item that holds it."""
        item: Item = {"key": {"S": self.key}, "feedback_id": {"S": self.feedback_id}}
        if self.fingerprint is not None:
            item["fingerprint"] = {"S": self.fingerprint}
        if self.expires_at is not None:
            item["expires_at"] = {"N": str(self.expires_at)}
        return item

    def is_same_request(self, earlier: Item) -> bool:
        """Whether the item that was there first is of a request that says the same."""
        return self.fingerprint is not None and earlier["fingerprint"] == {"S": self.fingerprint}

    def holder(self, earlier: Item) -> Uuid:
        """Return the id of the feedback that holds it, if that is of this same request.

        `earlier` is the item that was there first. Raises IdempotencyKeyReused if that was another
        request, and AlreadyVoted.
        """
        if self.fingerprint is None:
            raise AlreadyVoted("The token allows one vote on this target and metric: it is stored")
        first = Uuid(earlier["feedback_id"]["S"])
        if not self.is_same_request(earlier):
            raise IdempotencyKeyReused(
                f"The idempotency key was used for another request, stored as {first}: "
                "take a new key for a new request"
            )
        return first


def of_key(
    key: str, request: FeedbackRequest, caller: Caller, feedback_id: Uuid, expires_at: Seconds
) -> Reservation:
    """Reserve a caller's idempotency key for a request, until a moment."""
    reserved = _hash("key", *caller.identity, key)
    return Reservation(reserved, feedback_id, fingerprint(request), int(expires_at))


def of_vote(caller: Caller, target: Target, metric: Metric, feedback_id: Uuid) -> Reservation:
    """Reserve the one vote that a token's author has on a target and metric, for good.

    A token grants ids, so an id has one vote whether it is called an inference or an episode.
    """
    key = _hash("vote", *caller.identity, target.id, metric.name)
    return Reservation(key, feedback_id, fingerprint=None, expires_at=None)


def is_expired(item: Item, now: Seconds) -> bool:
    """Whether what an item held is free again, though the item is still there."""
    return "expires_at" in item and int(item["expires_at"]["N"]) <= now


def fingerprint(request: FeedbackRequest) -> str:
    """Hash what a request says; the way its JSON is written does not matter."""
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
