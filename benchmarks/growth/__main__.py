"""Simulates votes on one metric over a year, with the real aggregator over tables in memory.

    PYTHONPATH=functions python -m benchmarks.growth [VOTES] [SPREAD]

Votes fall on ten thousand inferences of three variants, in batches of 100: each on one of the
SPREAD latest ones at its time, 20 if it is not given. It reports what the aggregates have become,
what keeping them cost, and how often environments get into each other's way.
"""

import random
import sys
import time
from collections import Counter, defaultdict
from typing import cast

from aggregates.layout import SHARDS
from aggregator.api import build
from aggregator.records import kinds
from aggregator.service import Aggregator
from shared.clock import Clock
from shared.items import Item, item_size
from tests.support.memory import NAMES, Memory
from tests.support.streams import to_record
from tests.unit.fakes import Invocation, telemetry

VOTES, TARGETS, VARIANTS, BATCH, SPREAD = 1_000_000, 10_000, 3, 100, 20
START, HOURS = 1_767_225_600_000, 8_760
"""2026 begins, in milliseconds since 1970; and how long the year is."""
ENVIRONMENTS = (2, 4, 8, 16, 32)
ROUNDS = 20_000


def main() -> None:
    """Simulate, and report."""
    votes, spread = (*map(int, sys.argv[1:]), *(VOTES, SPREAD)[len(sys.argv) - 1 :])
    chance = random.Random(1)  # noqa: S311 - no secret
    memory = Memory()
    aggregator = Aggregator(cast("object", memory), NAMES, Clock())  # type: ignore[arg-type]
    handle = build(aggregator, kinds(NAMES), telemetry("growth"))
    inferences = _record(memory, chance)
    memory.write_units, memory.read_units, memory.calls = 0, 0, []
    begun = time.monotonic()
    for start in range(0, votes, BATCH):
        records = []
        for number in range(start, min(start + BATCH, votes)):
            newest = TARGETS * number // votes
            latest = inferences[max(0, newest - spread + 1) : newest + 1]
            item = _vote(chance, chance.choice(latest), number, votes)
            memory.tables.setdefault("float", {})[item["target_id"]["S"], item["id"]["S"]] = item
            records.append(to_record("float", {"NewImage": item}, number))
        if handle({"Records": records}, Invocation())["batchItemFailures"]:
            raise SystemExit("Records have failed.")
        if start % 50_000 == 0:
            print(f"{start:>9,} votes, {time.monotonic() - begun:.0f} s", file=sys.stderr)
    _report(memory, votes)
    _report_conflicts(chance)


def _record(memory: Memory, chance: random.Random) -> list[str]:
    ids = []
    for number in range(TARGETS):
        id_ = _id(START + HOURS * 3_600_000 * number // TARGETS, chance)
        ids.append(id_)
        item: Item = {
            "target_id": {"S": id_},
            "target_type": {"S": "inference"},
            "episode_id": {"S": _id(START, chance)},
            "function_name": {"S": "draft_reply"},
            "variant_name": {"S": f"variant_{number % VARIANTS}"},
        }
        memory.put_item(TableName="target", Item=item)
    return ids


def _vote(chance: random.Random, target: str, number: int, votes: int) -> Item:
    return {
        "target_id": {"S": target},
        "id": {"S": _id(START + HOURS * 3_600_000 * number // votes, chance)},
        "metric_name": {"S": "user_rating"},
        "value": {"N": str(round(chance.betavariate(4, 2), 2))},
    }


def _id(milliseconds: int, chance: random.Random) -> str:
    digits = f"{milliseconds:012x}7{chance.getrandbits(12):03x}8{chance.getrandbits(60):015x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _report(memory: Memory, votes: int) -> None:
    sizes: dict[str, list[int]] = defaultdict(list)
    partitions: Counter[str] = Counter()
    for (key, sort), item in memory.tables["aggregate"].items():
        kind = key.split("/")[1]
        kind = f"{kind}, {'days' if sort[0] == 'd' else 'hours'}" if kind == "counts" else kind
        kind = f"{kind}, {'older' if '/' in sort else 'heads'}" if kind == "votes" else kind
        sizes[kind].append(item_size(item))
        partitions[key] += item_size(item)
    print(f"{votes:,} votes on {TARGETS:,} inferences of {VARIANTS} variants, over {HOURS:,} hours")
    print(f"write units a vote: {memory.write_units / votes:.2f}")
    print(f"read units a vote: {memory.read_units / votes:.2f}")
    print(f"calls a vote: {len(memory.calls) / votes:.3f}, {dict(Counter(memory.calls))}")
    for kind, some in sorted(sizes.items()):
        print(
            f"{kind}: {len(some):,} items, {sum(some) / 1e6:.1f} MB, "
            f"{sum(some) / len(some):.0f} bytes on average, {max(some):,} at most"
        )
    [(key, largest)] = partitions.most_common(1)
    print(f"{len(partitions):,} partition keys; the largest is {key}: {largest / 1e6:.1f} MB")
    days = sum(sizes["counts, days"])
    print(f"a read over the year of hours: {days / 1e6:.1f} MB, {-(-days // 4096):,} read units")


def _report_conflicts(chance: random.Random) -> None:
    """Let environments add to one series at the same moments; whoever conflicts goes elsewhere."""
    for environments in ENVIRONMENTS:
        shards, conflicts = [0] * environments, 0
        for _ in range(ROUNDS // environments):
            waiting = list(range(environments))
            while waiting:
                met = Counter(shards[one] for one in waiting)
                first = {shards[one]: one for one in reversed(waiting)}
                losers = [
                    one for one in waiting if met[shards[one]] > 1 and first[shards[one]] != one
                ]
                conflicts += len(losers)
                for one in losers:
                    shards[one] = chance.randrange(SHARDS)
                waiting = losers
        rounds = ROUNDS // environments * environments
        print(
            f"{environments} environments at once: {conflicts / rounds:.3f} conflicts a transaction"
        )


if __name__ == "__main__":
    main()
