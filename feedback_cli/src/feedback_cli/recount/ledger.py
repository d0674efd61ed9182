"""A ledger on this machine's disk of what the tables have: its memory need not hold it all."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from threading import Lock
from typing import NamedTuple
from urllib.parse import unquote

from aggregates import layout
from aggregates.counters import Counter, Counts
from aggregates.exact import Amounts, add
from aggregates.inference import Inference, inference_items
from aggregates.layout import Series
from aggregates.roles import Roles, roles
from aggregates.units import Entry
from shared.items import Item
from shared.uuids import Uuid

_SCHEMA = """
CREATE TABLE inference (id PRIMARY KEY, episode, function, variant) WITHOUT ROWID;
CREATE INDEX of_episode ON inference (episode);
CREATE TABLE vote (key, target, what, id, kind, text, PRIMARY KEY (key, target, what, id, kind))
  WITHOUT ROWID;
CREATE TABLE counter (series, sort, shard, names, amounts, stamp);
CREATE TABLE shard (series, shard, PRIMARY KEY (series, shard)) WITHOUT ROWID;
CREATE TABLE listed (key, sort, text, PRIMARY KEY (key, sort)) WITHOUT ROWID;
CREATE TABLE expected (key, sort, text, PRIMARY KEY (key, sort)) WITHOUT ROWID;
"""
_ENTRY, _UNIT = 0, 1


class Subject(NamedTuple):
    """What is stored and what is remembered of one target's feedback on one metric."""

    metric: str
    target_id: Uuid
    entries: tuple[Entry, ...]
    """What is stored, sorted by id."""
    units: tuple[Item, ...]
    """What is remembered."""


class Pair(NamedTuple):
    """A counter as it should be and as it is stored, summed over its shards."""

    counter: Counter
    expected: Amounts
    found: Amounts
    unlisted: tuple[str, ...]
    """Its shards that readers do not know of."""
    stamp: int
    """Another one where any feedback that it counts, or should, has moved."""


class Ledger:
    """One look at the tables. Threads may write into it."""

    def __init__(self, generation: int) -> None:
        """Look at this generation of the aggregates."""
        self.generation = generation
        self._lock = Lock()
        # A database without a name is a file that goes with the connection.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.executescript(_SCHEMA)
        self.rows = 0
        """How many feedbacks there are."""
        self.left = 0
        """How many items of other generations there are."""

    def close(self) -> None:
        """Delete it."""
        self._database.close()

    def add_inferences(self, inferences: Iterable[Inference]) -> None:
        """Note recorded inferences, and how they should be listed."""
        rows, expected = [], []
        for one in inferences:
            rows.append((one.id, one.episode_id, one.function, one.variant))
            expected += inference_items(self.generation, one)
        self._insert("inference", rows)
        self._insert("expected", map(_listed, expected))

    def add_entries(self, votes: Iterable[tuple[str, Uuid, Entry]]) -> None:
        """Note feedback: the metric, the target and the entry of each."""
        rows = []
        for metric, target_id, entry in votes:
            key = layout.votes_key(self.generation, metric, target_id[-1])
            text = json.dumps([metric, entry.number])
            rows.append((key, target_id, _ENTRY, entry.id, entry.kind, text))
        self._insert("vote", rows)
        with self._lock:
            self.rows += len(rows)

    def add_aggregates(self, items: Iterable[Item]) -> None:
        """Note items of the table of aggregates; those of other generations are counted only."""
        rows: dict[str, list[tuple[object, ...]]] = {
            name: [] for name in ("vote", "counter", "shard", "listed")
        }
        left = 0
        for item in items:
            key, sort = item["key"]["S"], item["sort"]["S"]
            generation, _, rest = key.partition("/")
            if generation != str(self.generation):
                left += generation != layout.STATE["key"]["S"]
                continue
            match rest.partition("/")[0]:
                case "votes":
                    target_id = sort.partition("/")[0]
                    rows["vote"].append((key, target_id, _UNIT, sort, "", json.dumps(item)))
                case "counts":
                    rows["counter"].append(_counter(item))
                case "series":
                    series, _, shard = f"{rest.partition('/')[2]}/{sort}".rpartition("/")
                    rows["shard"].append((series, shard))
                case _:
                    rows["listed"].append(_listed(item))
        for table, some in rows.items():
            self._insert(table, some)
        with self._lock:
            self.left += left

    def subjects(self) -> Iterator[Subject]:
        """Yield what is stored or remembered of each subject."""
        rows = self._database.execute("SELECT * FROM vote ORDER BY key, target, what, id")
        for (key, target_id), group in groupby(rows, key=lambda row: row[:2]):
            metric = unquote(key.split("/")[2])
            entries, units = [], []
            for _, _, what, id_, kind, text in group:
                if what == _UNIT:
                    units.append(json.loads(text))
                else:
                    metric, number = json.loads(text)
                    entries.append(Entry(Uuid(id_), kind, number))
            yield Subject(metric, Uuid(target_id), tuple(entries), tuple(units))

    def roles(self, target_id: Uuid) -> Roles:
        """Return as what a target should count: an inference as itself, else what it has in it."""
        one = "SELECT * FROM inference WHERE id = ?"
        found = self._database.execute(one, (target_id,)).fetchone()
        if found is not None:
            return roles(Inference(*found), ())
        several = "SELECT * FROM inference WHERE episode = ?"
        return roles(
            None, [Inference(*row) for row in self._database.execute(several, (target_id,))]
        )

    def expect(self, counts: Counts, stamps: Mapping[Counter, int]) -> None:
        """Note what some feedback adds to the counters, and the stamps of all that it may touch."""
        rows = []
        for counter, stamp in stamps.items():
            key = layout.counter_key(0, counter.series, 0, counter.period, counter.variant)
            _, _, *series, _ = key["key"]["S"].split("/")
            names, sort = [*counter.series, counter.variant], key["sort"]["S"]
            amounts = json.dumps(counts.get(counter, {}))
            rows.append(("/".join(series), sort, None, json.dumps(names), amounts, stamp))
        self._insert("counter", rows)

    def counters(self) -> Iterator[Pair]:
        """Yield all counters that are stored or expected."""
        rows = self._database.execute(
            "SELECT c.series, c.sort, c.shard, names, amounts, stamp, s.shard IS NULL"
            " FROM counter c LEFT JOIN shard s ON s.series = c.series AND s.shard = c.shard"
            " ORDER BY c.series, c.sort, c.shard"
        )
        for (_, sort), group in groupby(rows, key=lambda row: row[:2]):
            sums: tuple[Amounts, Amounts] = ({}, {})
            spelled, unlisted, stamp = "", list[str](), 0
            for _, _, shard, names, text, part, is_unlisted in group:
                amounts = json.loads(text)
                stamp ^= part
                spelled = spelled or names
                add(sums[shard is not None], amounts)
                if shard is not None and is_unlisted and amounts:
                    unlisted.append(shard)
            *series, variant = json.loads(spelled)
            counter = Counter(Series(*series), variant, sort.partition("/")[0])
            yield Pair(counter, *sums, tuple(unlisted), stamp)

    def unlisted(self) -> Iterator[tuple[Item, bool]]:
        """Yield inferences that are not listed as they should be; whether they should be at all."""
        for first, second, is_expected in (
            ("expected", "listed", True),
            ("listed", "expected", False),
        ):
            query = f"SELECT * FROM {first} EXCEPT SELECT * FROM {second}"  # noqa: S608
            for key, sort, text in self._database.execute(query):
                yield {"key": {"S": key}, "sort": {"S": sort}, **json.loads(text)}, is_expected

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        values = list(rows)
        if values:
            places = ",".join("?" * len(values[0]))
            with self._lock:
                self._database.execute("BEGIN")
                statement = f"INSERT OR REPLACE INTO {table} VALUES ({places})"  # noqa: S608
                self._database.executemany(statement, values)
                self._database.execute("COMMIT")


def _counter(item: Item) -> tuple[object, ...]:
    _, _, *series, shard = item["key"]["S"].split("/")
    amounts = {
        name: int(value["N"]) for name, value in item.items() if "N" in value and value["N"] != "0"
    }
    names = [*map(unquote, series), item["variant"]["S"]]
    sort = item["sort"]["S"]
    return "/".join(series), sort, shard, json.dumps(names), json.dumps(amounts), 0


def _listed(item: Item) -> tuple[str, str, str]:
    more = {name: value for name, value in item.items() if name not in {"key", "sort"}}
    return item["key"]["S"], item["sort"]["S"], json.dumps(more, sort_keys=True)
