"""Checks the aggregates: counts all feedback plainly, and says where what is kept is different.

The counters, summed over their shards, are compared with what all feedback adds to them. What is
remembered of each target is compared with what its own feedback adds, so that the cause of a
difference is found. Lists of inferences and of shards are compared too.
"""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregates import layout
from feedback_cli.progress import Move
from feedback_cli.recount.compare import compare
from feedback_cli.recount.database import Tables
from feedback_cli.recount.difference import Difference
from feedback_cli.recount.fill import fill
from feedback_cli.recount.ledger import Ledger
from feedback_cli.recount.looks import Looks
from feedback_cli.recount.rows import Refused
from feedback_cli.recount.state import State
from shared.clock import Seconds

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOOKS = 4
"""How often it looks at most, while there are places that move.

A burst of votes within one look moves places against the look before and against the next one.
"""
PAUSE: Seconds = 10
"""How long to wait before another look: longer than a vote takes to be counted."""


@dataclass(slots=True)
class Checked:
    """What a check has found."""

    differences: list[Difference]
    """Some of those that are none of votes on their way, in the order of their places."""
    more: int
    """How many there are besides these."""
    moving: int
    """How many places have changed between any two looks: nothing can be said of them."""
    generation: int
    feedback: int
    """How many feedbacks there are."""
    refused: Refused
    left: int
    """How many items of earlier generations have not been deleted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check."""

    client: "DynamoDBClient"
    tables: Tables
    move: Move
    pause: Seconds = PAUSE
    sleep: Callable[[Seconds], None] = time.sleep

    def run(self) -> Checked:
        """Do it. Raises what the SDK raises."""
        with closing(Looks()) as looks:
            found = self._look(looks)
            for _ in range(LOOKS - 1):
                if not looks.open:
                    break
                self._tell(
                    f"{looks.open:,} places differ or change: looking again in {self.pause:.0f} s"
                )
                self.sleep(self.pause)
                found = self._look(looks)
            return found

    def _look(self, looks: Looks) -> Checked:
        generation = State(self.client, self.tables[layout.TABLE]).read()[0]
        with closing(Ledger(generation)) as ledger:
            refused = fill(self.client, self.tables, ledger, self.move)
            looks.add(compare(ledger, refused, self._tell))
            return Checked(
                looks.differences,
                looks.more,
                looks.open,
                generation,
                ledger.rows,
                refused,
                ledger.left,
            )

    def _tell(self, text: str) -> None:
        self.move(0, None, text)
