"""The streams of the tables, and Lambda's rules for a function that follows them.

A record is brought until it is not named among those that failed; then it is done. After so many
attempts it lies in the queue. What Lambda promises is at least once and in order within a target;
`Driver` keeps to that, and brings records twice, in other batches and side by side with others.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aggregator.records import StreamRecord

ATTEMPTS = 5
"""How often a record is brought, where it fails for good."""


@dataclass
class Streams:
    """The records that the tables have made and nobody has taken, in their order."""

    followed: tuple[str, ...] = ("boolean", "float", "demonstration", "target")
    records: list[StreamRecord] = field(default_factory=list)
    made: int = 0
    """How many there have ever been: no two have the same number."""

    def note(self, table: str, change: Mapping[str, Any]) -> None:
        """Note a change of a table, if it is followed."""
        if table in self.followed:
            self.records.append(to_record(table, change, self.made))
            self.made += 1


def to_record(table: str, change: Mapping[str, Any], number: int) -> StreamRecord:
    """Make a record as Lambda passes it on."""
    new, old = "NewImage" in change, "OldImage" in change
    name = "MODIFY" if new and old else "INSERT" if new else "REMOVE"
    arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}/stream/2026-01-01T00:00:00.000"
    stream = {**change, "SequenceNumber": f"{number:021}", "StreamViewType": "NEW_AND_OLD_IMAGES"}
    return {
        "eventID": f"{number:032x}",
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "eventSourceARN": arn,
        "dynamodb": stream,
    }


@dataclass
class Driver:
    """Brings records to a handler under Lambda's rules, in an order that chance decides."""

    handle: Callable[[list[StreamRecord]], dict[str, Any] | None]
    """Answers as the function does; None if it has died."""
    chance: random.Random
    shards: int = 3
    """Over how many shards targets are spread: their records come in any order to each other."""
    most: int = 10
    """How many records a batch has at most."""
    queue: list[StreamRecord] = field(default_factory=list)

    def bring(self, records: list[StreamRecord]) -> None:
        """Bring records until each is done or in the queue."""
        lines: dict[int, list[StreamRecord]] = {}
        for record in records:
            lines.setdefault(self._shard(record), []).append(record)
        attempts: dict[str, int] = {}
        while lines:
            shard = self.chance.choice(sorted(lines))
            line = lines[shard]
            batch = line[: self.chance.randint(1, self.most)]
            failed = self._attempt(batch)
            done = batch if failed is None else batch[:failed]
            if failed is not None:
                number = batch[failed]["dynamodb"]["SequenceNumber"]
                attempts[number] = attempts.get(number, 0) + 1
                if attempts[number] >= ATTEMPTS:
                    if batch[failed] not in self.queue:
                        self.queue.append(batch[failed])
                    done = batch[: failed + 1]
            del line[: len(done)]
            again = self.chance.random() < 0.2
            if (
                again and done
            ):  # a shard's reader went back a little: all of it comes again, in order
                line[:0] = done[self.chance.randrange(len(done)) :]
            if not line:
                del lines[shard]

    def _attempt(self, batch: list[StreamRecord]) -> int | None:
        """Return the place of the first record that failed; None if none has."""
        answer = self.handle(batch)
        if answer is None:
            return 0
        failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
        places = [i for i, one in enumerate(batch) if one["dynamodb"]["SequenceNumber"] in failed]
        return places[0] if places else None

    def _shard(self, record: StreamRecord) -> int:
        """Return its shard: a table has its own, and a target is always in the same one."""
        image = record["dynamodb"].get("NewImage") or record["dynamodb"]["OldImage"]
        table = record["eventSourceARN"].split("/")[1]
        target = (image.get("target_id") or image["inference_id"])["S"]
        return hash_of(f"{table} {target}") % self.shards


def hash_of(text: str) -> int:
    """Hash a text, the same in every process."""
    return int.from_bytes(text.encode()[-8:], "big")
