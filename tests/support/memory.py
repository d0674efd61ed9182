"""DynamoDB in memory, as far as it is called here: for thousands of cases, in one thread.

It has the methods of Lambda's client. The suites over the emulator hold it to what a real one does
(tests/adapter/test_aggregator.py runs the same histories over both).
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from aggregates import layout
from shared.direct.failure import Exceptions, TransactionCanceledException, failure
from shared.items import MAX_ITEM, Item, item_size

Key: TypeAlias = tuple[str, str]
KEYS: dict[str, tuple[str, str | None]] = {
    "target": ("target_id", None),
    "demonstration": ("inference_id", "id"),
    "aggregate": ("key", "sort"),
}
"""The keys of the tables that have others than `target_id` and `id`, by the code's names."""

MEGABYTE = 1_048_576

NAMES = {name: name for name in ("comment", "target", "aggregate", *layout.KINDS)}
"""The tables that aggregates are made of, theirs, and one that is not followed."""

_TERM = re.compile(r"(\w+|#\w+) (<=|>=|=|<|>) (:\w+)|begins_with\((\w+), (:\w+)\)")
_BETWEEN = re.compile(r"(\S+) BETWEEN (\S+) AND (\S+)")
_OPERATORS = re.compile(r"[=<>+-]|\b(?:AND|OR|NOT|BETWEEN|IN)\b|\w+\(|\w+ :\w+")
"""Operators and functions of an expression, each addition one of them."""
_ADDED = re.compile(r"(\w+) (:\w+)")


@dataclass
class Memory:
    """The tables, by their names, which are the code's keys; and the units that calls have cost."""

    exceptions = Exceptions

    tables: dict[str, dict[Key, Item]] = field(default_factory=dict)
    watch: Callable[[str, Mapping[str, Any]], None] = lambda _operation, _parameters: None
    """Is told of each change: the table's name, and the stream's part of a record."""
    read_units: float = 0
    write_units: int = 0
    calls: list[str] = field(default_factory=list)
    page: int = 50
    """How many items a query gives at most: a real one ends at 1 MB."""
    _sorts: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def get_item(self, **asked: Any) -> dict[str, Any]:
        """Get one item."""
        self.calls.append("GetItem")
        item = self._table(asked["TableName"]).get(self._key(asked["TableName"], asked["Key"]))
        self._read([item])
        return {} if item is None else {"Item": copy.deepcopy(item)}

    def batch_get_item(self, **asked: Any) -> dict[str, Any]:
        """Get several."""
        self.calls.append("BatchGetItem")
        responses: dict[str, list[Item]] = {}
        assert sum(len(one["Keys"]) for one in asked["RequestItems"].values()) <= 100
        for table, one in asked["RequestItems"].items():
            keys = [self._key(table, key) for key in one["Keys"]]
            assert len({*keys}) == len(keys), "DynamoDB refuses a key that stands twice"
            found = [self._table(table).get(key) for key in keys]
            self._read(found)
            responses[table] = [copy.deepcopy(item) for item in found if item is not None]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def query(self, **asked: Any) -> dict[str, Any]:
        """Query a partition, a page at a time."""
        self.calls.append("Query")
        table, names = asked["TableName"], asked.get("ExpressionAttributeNames", {})
        condition = _BETWEEN.sub(r"\1 >= \2 AND \1 <= \3", asked["KeyConditionExpression"])
        values = asked["ExpressionAttributeValues"]
        first = _TERM.match(condition)
        assert first is not None, condition
        partition = values[first[3]]["S"]
        found = [
            item
            for sort in sorted(self._sorts.get((table, partition), ()))
            if _holds(condition, names, values, item := self._table(table)[partition, sort])
        ]
        if not asked.get("ScanIndexForward", True):
            found.reverse()
        if "ExclusiveStartKey" in asked:
            keys = [self._key(table, item) for item in found]
            found = found[keys.index(self._key(table, asked["ExclusiveStartKey"])) + 1 :]
        page = _page(found, asked.get("Limit", self.page))
        self.read_units += max(1, -(-sum(map(item_size, page)) // 4096))
        shown = _projected(page, asked.get("ProjectionExpression"), names)
        answer: dict[str, Any] = {"Items": copy.deepcopy(shown), "Count": len(page)}
        if len(page) < len(found):
            names_of_key = filter(None, KEYS.get(table, ("target_id", "id")))
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in names_of_key}
        return answer

    def put_item(self, **asked: Any) -> dict[str, Any]:
        """Put one item; conditions are for transactions."""
        self.calls.append("PutItem")
        self._put(asked["TableName"], asked["Item"])
        self.write_units += _units(asked["Item"])
        return {}

    def batch_write_item(self, **asked: Any) -> dict[str, Any]:
        """Put several."""
        self.calls.append("BatchWriteItem")
        assert sum(map(len, asked["RequestItems"].values())) <= 25
        for writes in asked["RequestItems"].values():
            if any(item_size(write["PutRequest"]["Item"]) > MAX_ITEM for write in writes):
                raise invalid()
        for table, writes in asked["RequestItems"].items():
            for write in writes:
                self._put(table, write["PutRequest"]["Item"])
                self.write_units += _units(write["PutRequest"]["Item"])
        return {}

    def delete(self, table: str, key: Item) -> None:
        """Delete an item, as an operator might."""
        old = self._table(table).pop(self._key(table, key))
        self._sorts[table, self._key(table, key)[0]].discard(self._key(table, key)[1])
        self.watch(table, {"Keys": key, "OldImage": old})

    def transact_write_items(self, **asked: Any) -> dict[str, Any]:
        """Put and update up to 100 items, all or none."""
        self.calls.append("TransactWriteItems")
        assert 1 <= len(asked["ClientRequestToken"]) <= 36
        writes = [next(iter(write.items())) for write in asked["TransactItems"]]
        assert 0 < len(writes) <= 100
        for _, write in writes:
            _check_expressions(write)
        places = [self._place(write) for _, write in writes]
        assert len({*places}) == len(places), "DynamoDB refuses an item that stands twice"
        codes = ["None" if self._may(write) else "ConditionalCheckFailed" for _, write in writes]
        if {*codes} != {"None"}:
            raise cancelled(codes)
        new = []
        for (operation, write), (table, key) in zip(writes, places, strict=True):
            if operation == "Put":
                item = write["Item"]
            else:
                item = _updated(self._table(table).get(key, dict(write["Key"])), write)
            new.append((table, item))
        if any(item_size(item) > MAX_ITEM for _, item in new):
            raise cancelled(["ValidationError"] * len(new))
        assert sum(item_size(item) for _, item in new) <= 4 * MEGABYTE
        for table, item in new:
            self._put(table, item)
            self.write_units += 2 * _units(item)
        return {}

    def _place(self, write: Mapping[str, Any]) -> tuple[str, Key]:
        return write["TableName"], self._key(write["TableName"], write.get("Item") or write["Key"])

    def _may(self, write: Mapping[str, Any]) -> bool:
        table, key = self._place(write)
        item = self._table(table).get(key)
        condition = write.get("ConditionExpression")
        if condition is None:
            return True
        if condition == "attribute_not_exists(version)":
            return item is None
        assert condition == "version = :version"
        return (
            item is not None and item["version"] == write["ExpressionAttributeValues"][":version"]
        )

    def _put(self, table: str, item: Item) -> None:
        key, new = self._key(table, item), copy.deepcopy(item)
        old = self._table(table).get(key)
        self._table(table)[key] = new
        self._sorts.setdefault((table, key[0]), set()).add(key[1])
        if old != new:
            images = {"NewImage": new} if old is None else {"NewImage": new, "OldImage": old}
            self.watch(table, images)

    def _table(self, name: str) -> dict[Key, Item]:
        return self.tables.setdefault(name, {})

    @staticmethod
    def _key(table: str, item: Item) -> Key:
        partition, sort = KEYS.get(table, ("target_id", "id"))
        return item[partition]["S"], item[sort]["S"] if sort else ""

    def _read(self, items: list[Item | None]) -> None:
        for item in items:
            self.read_units += 1 if item is None else -(-item_size(item) // 4096)


def invalid() -> Exception:
    """Make the failure of a call that has something that DynamoDB does not take."""
    error = {"Code": "ValidationException", "Message": "too large"}
    return failure({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}})


def broken() -> Exception:
    """Make the failure of a call that DynamoDB itself has failed at."""
    error = {"Code": "InternalServerError", "Message": "no idea"}
    return failure({"Error": error, "ResponseMetadata": {"HTTPStatusCode": 500}})


def cancelled(codes: list[str]) -> Exception:
    """Make the failure of a transaction, by the reasons of its items."""
    made = failure(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
            "ResponseMetadata": {"HTTPStatusCode": 400},
            "CancellationReasons": [{"Code": code} for code in codes],
        }
    )
    assert isinstance(made, TransactionCanceledException)
    return made


def _holds(condition: str, names: Mapping[str, str], values: Item, item: Item) -> bool:
    for term in condition.split(" AND "):
        match = _TERM.fullmatch(term)
        assert match is not None, term
        name, operator, value, begins, prefix = match.groups()
        if begins is not None:
            holds = item[begins]["S"].startswith(values[prefix]["S"])
        else:
            left, right = item[names.get(name, name)]["S"], values[value]["S"]
            holds = {
                "=": left == right,
                "<": left < right,
                ">": left > right,
                "<=": left <= right,
                ">=": left >= right,
            }[operator]
        if not holds:
            return False
    return True


def _page(items: list[Item], most: int) -> list[Item]:
    size = 0
    for number, item in enumerate(items[:most]):
        size += item_size(item)
        if size > MEGABYTE:
            return items[:number]
    return items[:most]


def _projected(items: list[Item], projection: str | None, names: Mapping[str, str]) -> list[Item]:
    if projection is None:
        return items
    kept = {names.get(name, name) for name in projection.split(",")}
    return [{name: item[name] for name in kept & item.keys()} for item in items]


def _check_expressions(write: Mapping[str, Any]) -> None:
    """Require what DynamoDB does of the expressions of a write."""
    for name in ("ConditionExpression", "UpdateExpression"):
        expression = write.get(name, "")
        assert len(expression.encode()) <= 4096
        assert len(_OPERATORS.findall(expression)) <= 300
    values = write.get("ExpressionAttributeValues", {})
    assert all(len(name) <= 255 for name in values)
    assert item_size(values) <= 2 * MEGABYTE


def _updated(item: Item, write: Mapping[str, Any]) -> Item:
    values = write["ExpressionAttributeValues"]
    setting, _, adding = write["UpdateExpression"].partition(" ADD ")
    assert setting == "SET variant = :variant"
    new: Item = {**item, "variant": values[":variant"]}
    for name, value in _ADDED.findall(adding):
        amount = Decimal(item.get(name, {"N": "0"})["N"]) + Decimal(values[value]["N"])
        assert len(amount.as_tuple().digits) <= 38
        new[name] = {"N": str(int(amount))}
    return new


def _units(item: Item) -> int:
    return -(-item_size(item) // 1024)
