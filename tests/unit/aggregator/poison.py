"""Rows that no write of ours has made: each field missing, of a wrong type, empty, nonsense."""

from collections.abc import Iterator
from typing import NamedTuple

from feedback.kinds.registry import KINDS
from shared.items import Attribute, Item
from tests.unit.aggregates.strategies import uuid
from tests.unit.aggregator.history import START

INFERENCE, EPISODE = uuid(START, 0xA2), uuid(START, 0xA3)
_NEW = uuid(START, 0xAF)
_METRIC: Item = {"target_id": {"S": INFERENCE}, "id": {"S": _NEW}, "metric_name": {"S": "m"}}
ROWS: dict[str, Item] = {
    "boolean": {**_METRIC, "value": {"BOOL": True}},
    "float": {**_METRIC, "value": {"N": "0.5"}},
    "demonstration": {"inference_id": {"S": INFERENCE}, "id": {"S": _NEW}},
    "target": {
        "target_id": {"S": _NEW},
        "target_type": {"S": "inference"},
        "episode_id": {"S": EPISODE},
        "function_name": {"S": "f"},
        "variant_name": {"S": "b"},
    },
}
"""A row of each table as it should be: on INFERENCE, or one more inference of EPISODE."""

_NONSENSE: dict[str, list[Attribute]] = {
    "target_type": [{"S": "nonsense"}, {"S": "Inference"}],
    "boolean": [{"S": "yes"}, {"N": "1"}, {"BOOL": "true"}, {"NULL": True}],
    "float": [
        {"BOOL": True},
        {"S": "1"},
        *(
            {"N": text}
            for text in ("", ".", "e1", "1 2", "1_0", "0x1", "NaN", "-Infinity", "1e1000")
        ),
    ],
}
_SPELLED = (
    *("f", "x", "nonsense", f"{_NEW} ", _NEW[:-1], f"{_NEW}0", _NEW.replace("-", "/")),
    *(_NEW.upper(), _NEW.replace("-", ""), f"{{{_NEW}}}", f"urn:uuid:{_NEW}"),
)
"""Of ids: the last ones are UUIDs, and not as they are stored."""


class Poison(NamedTuple):
    """A row that has one fault."""

    table: str
    field: str
    row: Item

    @property
    def is_storable(self) -> bool:
        """Whether a table can hold it: its key is of texts, and its attributes are DynamoDB's."""
        names = {"target_id"} if self.table == "target" else {KINDS[self.table].key, "id"}
        attributes = [next(iter(one.values()), None) for one in self.row.values()]
        return (
            all(isinstance(value, str | bool) for value in attributes)
            and names <= self.row.keys()
            and all(self.row[name].get("S") for name in names)
        )


def _poisons() -> Iterator[Poison]:
    for table, row in ROWS.items():
        for field in row:
            yield Poison(table, field, {name: row[name] for name in row if name != field})
            for value in _faults(table, field):
                yield Poison(table, field, {**row, field: value})


def name(poison: Poison) -> str:
    """Name a case of a test."""
    return f"{poison.table} {poison.field} {poison.row.get(poison.field)}"


def _faults(table: str, field: str) -> list[Attribute]:
    if field == "value":
        return _NONSENSE[table]
    faults: list[Attribute] = [{}, {"N": "1"}, {"S": 1}, {"S": None}, {"S": ""}]
    if field.endswith("id"):
        return [*faults, *({"S": text} for text in _SPELLED)]
    return [*faults, *_NONSENSE.get(field, [])]


POISONS = tuple(_poisons())
"""All of them."""
