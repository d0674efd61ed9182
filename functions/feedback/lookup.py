"""What is known already: recorded inferences and episodes, and keys that were claimed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from feedback.reservations import is_expired
from feedback.model import Record, Target
from shared.dynamodb import Item, outages
from shared.errors import StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST = 100
"""How many items one call reads."""

Reads: TypeAlias = tuple[str, ...]
"""Which attributes of a target's record are needed."""


@dataclass(slots=True)
class Question:
    """What is asked for at once, and what has been found of it so far."""

    targets: Mapping[Target, Reads]
    keys: Collection[str] = ()
    records: dict[Target, Record] = field(default_factory=dict)
    claimed: dict[str, Item] = field(default_factory=dict)
    """By key, what has taken it; DynamoDB deletes expired ones when it comes to it."""
    pending: list[dict[str, Any]] | None = None
    """The calls that are still to be made; None before the first."""

    def claim(self, key: str, now: int) -> Item | None:
        """Give the item that has taken a key, unless it has expired; seconds since 1970."""
        item = self.claimed.get(key)
        return None if item is None or is_expired(item, now) else item


class Lookup(Protocol):
    """Where recorded targets and claimed keys are looked up."""

    def get(self, target: Target, reads: Reads) -> Record | None:
        """Read these attributes of a target's record; None if there is none of that level."""

    def read(self, question: Question) -> None:
        """Answer a question, or go on answering it after StorageUnavailable."""


@dataclass(frozen=True, slots=True)
class DynamoLookup:
    """Targets and claims in DynamoDB, read strongly consistent: what was stored is found."""

    client: "DynamoDBClient"
    targets: str
    claims: str
    """The names that the two tables have on AWS."""

    def get(self, target: Target, reads: Reads) -> Record | None:
        """Read these attributes of a target's record. Raises StorageUnavailable."""
        with outages():
            answer = self.client.get_item(
                TableName=self.targets,
                Key={"target_id": {"S": target.id}},
                ConsistentRead=True,
                **_only(("target_type", *reads)),
            )
        item: Item | None = answer.get("Item")  # type: ignore[assignment]  # the stubs are stricter
        return _record(item, target, reads) if item else None

    def read(self, question: Question) -> None:
        """Answer a question with as few calls as there can be.

        Raises StorageUnavailable; called again, it asks only for what is still missing.
        """
        if question.pending is None:
            question.pending = list(self._calls(question))
        while question.pending:
            with outages():
                answer: Any = self.client.batch_get_item(RequestItems=question.pending[0])
            self._note(question, answer["Responses"])
            question.pending.pop(0)
            if unread := answer.get("UnprocessedKeys"):
                question.pending.append(unread)
                raise StorageUnavailable(congested=True)

    def _calls(self, question: Question) -> Iterator[dict[str, Any]]:
        """Give the calls' parameters. An id that is asked for at both levels is read once."""
        keys = [(self.claims, {"key": {"S": key}}) for key in question.keys]
        ids = dict.fromkeys(target.id for target in question.targets)
        keys += [(self.targets, {"target_id": {"S": id_}}) for id_ in ids]
        reads = {name for reads in question.targets.values() for name in reads}
        projection = _only(("target_id", "target_type", *sorted(reads)))
        for start in range(0, len(keys), MOST):
            call: dict[str, Any] = {}
            for table, key in keys[start : start + MOST]:
                only = projection if table == self.targets else {}
                asked = call.setdefault(table, {"Keys": [], "ConsistentRead": True, **only})
                asked["Keys"].append(key)
            yield call

    def _note(self, question: Question, responses: Mapping[str, list[Item]]) -> None:
        items = {item["target_id"]["S"]: item for item in responses.get(self.targets, ())}
        for target, reads in question.targets.items():
            item = items.get(target.id)
            if item and (record := _record(item, target, reads)):
                question.records[target] = record
        for claim in responses.get(self.claims, ()):
            question.claimed[claim["key"]["S"]] = claim


@lru_cache(maxsize=16)
def _only(attributes: tuple[str, ...]) -> Any:  # noqa: ANN401 - a call's parameters
    """Ask for these attributes and no other."""
    names = {f"#{name}": name for name in attributes}
    return {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}


def _record(item: Item, target: Target, reads: Reads) -> Record | None:
    if item["target_type"] != {"S": target.level}:
        return None
    return Record(**{name: item[name]["S"] for name in reads if name in item})
